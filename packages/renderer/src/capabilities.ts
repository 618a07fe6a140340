import type { AluOp, ScalarName } from '@petagrad/ir/graph'

/** What one scalar type can do on a target. What is false or missing is emulated before rendering. */
export interface DTypeSupport {
  /** Can be loaded and stored. */
  readonly storage: boolean
  /** Operations that the target computes on it natively, with the IR's exact semantics. */
  readonly ops: readonly AluOp[]
  /** Scalar types that a cast from this one reaches natively (with the IR's rounding and saturation). */
  readonly castsTo: readonly ScalarName[]
  /** Vector widths, in lanes, that loads, stores and `ops` exist for, ascending; [] when scalar only. */
  readonly lanes: readonly number[]
}

/** Numbers that the default schedules are chosen from. Bytes unless noted. */
export interface MachineModel {
  /** Independent cores (CPU) or multiprocessors (GPU) that run tasks at once. */
  readonly cores: number
  /** Architectural vector registers of one core. */
  readonly vectorRegisters: number
  /** Width of one vector register in bytes. */
  readonly vectorBytes: number
  /** Vector multiply-accumulates started per cycle per core. */
  readonly fmaPerCycle: number
  readonly cacheLine: number
  readonly l1: number
  readonly l2: number
  /** Shared last level cache. */
  readonly l3: number
  /**
   * The target's compiler moves the loads of a loop body before its arithmetic, so that all of them are in registers at
   * once; default false.
   */
  readonly loadsFirst?: boolean
  /** Vector stores that pass the caches by exist; default false. */
  readonly streamingStores?: boolean
  /** Fixed cost of starting tasks on all cores, in nanoseconds. */
  readonly forkNanoseconds: number
  /** Left out where nothing has been measured. */
  readonly rates?: MachineRates
}

/** So much a second, of one core and of all of them. */
export interface Rate {
  readonly one: number
  readonly all: number
}

/**
 * What was measured on the machine at hand, for reports. No schedule depends on it, so that equal machines make equal
 * code: measurements never are quite the same.
 */
export interface MachineRates {
  /** Of f32. */
  readonly multiplyAccumulates: Rate
  /** Bytes read from each level of the memory. */
  readonly l1: Rate
  readonly l2: Rate
  readonly l3: Rate
  readonly memory: Rate
  /** Cores that share one last level cache. */
  readonly coresPerL3: number
}

/** What code may depend on, as text for keys: all but what was measured. */
export function capabilitiesText(capabilities: Capabilities): string {
  return JSON.stringify(capabilities, (name, value: unknown) => (name === 'rates' ? undefined : value))
}

/** Products that one `dot` sums for each lane, and of what: a dot product instruction, or a row of a matrix unit. */
export interface DotUnit {
  /** What the factors hold, in the order in which `dot` takes them, and the sum. All products and sums are exact, or wrap. */
  readonly a: ScalarName
  readonly b: ScalarName
  readonly sum: ScalarName
  /** Products that are added to one lane of the sum. */
  readonly terms: number
  /** Lanes of the sum, ascending. */
  readonly lanes: readonly number[]
  /** Instructions that one takes, of which `machine.fmaPerCycle` start in a cycle. */
  readonly instructions: number
}

/** Vectors of narrow integers that become wider ones of as many lanes while they are loaded. */
export interface Widening {
  readonly from: ScalarName
  readonly to: ScalarName
  readonly lanes: readonly number[]
}

/** All that a target declares, as data. No shared pass knows a target by name. */
export interface Capabilities {
  readonly dtypes: Readonly<Partial<Record<ScalarName, DTypeSupport>>>
  /** Multiply-accumulate is one instruction, rounded once. */
  readonly fma: boolean
  /** Dot product units; default none. */
  readonly dots?: readonly DotUnit[]
  /** Loads that widen; default none: conversions to another width are made lane by lane. */
  readonly widening?: readonly Widening[]
  /** A vector element load/store with a gate per lane exists; otherwise gated vectors are split. */
  readonly maskedVectors: boolean
  readonly grid: { readonly dimensions: number; readonly maxExtent: number }
  /** Threads of a block; 1 where there are no blocks. */
  readonly maxThreads: number
  /** Bytes of scratch by space. */
  readonly scratch: { readonly private: number; readonly shared: number }
  readonly barriers: boolean
  readonly machine: MachineModel
}
