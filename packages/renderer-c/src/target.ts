import type { MachineModel } from '@petagrad/renderer'

/** Instruction sets, by the names compilers give them. */
export type Isa = 'x86-64-v2' | 'x86-64-v3' | 'x86-64-v4' | 'aarch64'
/** What some machines of an instruction set have besides: dot products of bytes, as vectors of 64 bytes or of 16 and 32. */
export type Feature = 'avx512vnni' | 'avxvnni'
/** The family of the compiler; extensions differ in a few places. */
export type CompilerFamily = 'clang' | 'gcc'

/** The machine that C is rendered for, as the CPU driver finds it. */
export interface CTarget {
  readonly compiler: CompilerFamily
  readonly isa: Isa
  /** Default none. */
  readonly features?: readonly Feature[]
  /** Cores that run tasks. */
  readonly cores: number
  /** What is known better than by instruction set: cache sizes, the width of the arithmetic units. */
  readonly machine?: Partial<MachineModel>
}

interface IsaFacts {
  /** Bytes of the widest vector the instruction set has. */
  readonly widest: number
  readonly fma: boolean
  readonly vectorRegisters: number
}

/**
 * v4 is modelled with 32-byte vectors: many of its machines split 64-byte operations in two, and those that do not run
 * two 32-byte ones a cycle. Who knows better overrides `machine.vectorBytes`.
 */
export const isaFacts: Readonly<Record<Isa, IsaFacts & { readonly vectorBytes: number }>> = {
  'x86-64-v2': { widest: 16, vectorBytes: 16, fma: false, vectorRegisters: 16 },
  'x86-64-v3': { widest: 32, vectorBytes: 32, fma: true, vectorRegisters: 16 },
  'x86-64-v4': { widest: 64, vectorBytes: 32, fma: true, vectorRegisters: 32 },
  aarch64: { widest: 16, vectorBytes: 16, fma: true, vectorRegisters: 32 },
}

/** The numbers schedules are chosen from; sizes are those of common server cores unless the target says more. */
export function machineModel(target: CTarget): MachineModel {
  const { vectorBytes, vectorRegisters } = isaFacts[target.isa]
  return {
    cores: target.cores,
    vectorRegisters,
    vectorBytes,
    fmaPerCycle: 2,
    cacheLine: 64,
    l1: 32 * 1024,
    l2: 1024 * 1024,
    l3: 32 * 1024 * 1024,
    streamingStores: target.isa !== 'aarch64',
    forkNanoseconds: 5000,
    ...target.machine,
  }
}
