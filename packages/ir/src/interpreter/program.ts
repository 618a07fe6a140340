import { type DType } from '../dtype.js'
import { PetagradError } from '../errors.js'
import { isAlu, type ConstValue } from '../op.js'
import { is, type UOp } from '../uop.js'
import { evaluateDim, openMemory } from './kernel.js'
import type { Memory } from './memory.js'
import { constantOf, evalAlu } from './scalar.js'

/** What the interpreter needs of a linear program; the renderer contract's `LinearProgram` is one. */
export interface InterpretableProgram {
  readonly uops: readonly UOp[]
  readonly grid: readonly (number | UOp)[]
  readonly block: readonly number[]
}

export interface ProgramRun {
  /** Values of symbolic variables, by name. */
  readonly variables?: ReadonlyMap<string, number>
  /** The order in which the tasks run, which must not matter: a permutation of 0 … count-1; ascending by default. */
  readonly order?: (count: number) => readonly number[]
}

/** A value of the program: a scalar, the lanes of a vector, the address of an element, or nothing. */
type Value = ConstValue | readonly ConstValue[] | Address | undefined

interface Address {
  readonly memory: Memory
  readonly element: number
}

/**
 * Runs a linear program on bytes: its tasks one after another, the threads of a block in turns from barrier to
 * barrier. `args[slot]` holds the little-endian bytes of `param` slot and is changed in place.
 *
 * Errors: IR_INVALID for an access out of bounds, a value used before it is defined, blocks that do not close, and
 * threads of a block that disagree about a barrier.
 */
export function interpretProgram(program: InterpretableProgram, args: readonly Uint8Array[], run: ProgramRun = {}): void {
  const layout = layOut(program.uops)
  const grid = program.grid.map(extent => evaluateDim(extent, run.variables))
  const tasks = grid.reduce((a, b) => a * b, 1)
  for (const task of run.order?.(tasks) ?? Array.from({ length: tasks }, (_, i) => i)) {
    const place = positions('grid', task, grid)
    const shared = new Map<UOp, Memory>()
    const count = program.block.reduce((a, b) => a * b, 1)
    const threads = Array.from({ length: count }, (_, thread) =>
      new Thread(layout, args, run.variables ?? new Map(), { ...place, ...positions('block', thread, program.block) }, shared))
    runBlock(threads)
  }
}

/** The launch index along each dimension: dimension 0 varies fastest. */
function positions(prefix: string, flat: number, extents: readonly number[]): Record<string, number> {
  const place: Record<string, number> = {}
  let rest = flat
  extents.forEach((extent, dimension) => {
    place[`${prefix}${dimension}`] = rest % extent
    rest = Math.floor(rest / extent)
  })
  return place
}

function runBlock(threads: readonly Thread[]): void {
  for (;;) {
    const waiting = threads.filter(thread => thread.runToBarrier())
    if (waiting.length === 0) return
    if (waiting.length < threads.length) {
      throw new PetagradError('IR_INVALID', `${waiting.length} of ${threads.length} threads wait for the others, which have ended`, { op: 'barrier' })
    }
  }
}

/** The list, with each node's place in it and the place of the other end of each block. */
interface Layout {
  readonly uops: readonly UOp[]
  readonly places: ReadonlyMap<UOp, number>
  readonly partners: readonly number[]
}

function layOut(uops: readonly UOp[]): Layout {
  const places = new Map(uops.map((u, place) => [u, place]))
  const partners: number[] = []
  const open: number[] = []
  uops.forEach((u, place) => {
    if (u.op === 'range' || u.op === 'if') open.push(place)
    if (u.op !== 'end' && u.op !== 'endif') return
    const start = open.pop()
    if (start === undefined || uops[start] !== u.src[0]) throw new PetagradError('IR_INVALID', `instruction ${place} closes a block that is not the innermost one`, { op: u.op })
    partners[start] = place
    partners[place] = start
  })
  if (open.length > 0) throw new PetagradError('IR_INVALID', `the block that instruction ${open[open.length - 1]} opens is not closed`)
  return { uops, places, partners }
}

class Thread {
  private next = 0
  private readonly values: Value[] = []
  private readonly counters: number[] = []
  private readonly registers = new Map<UOp, Value>()
  private readonly owned = new Map<UOp, Memory>()

  constructor(
    private readonly layout: Layout,
    private readonly args: readonly Uint8Array[],
    private readonly variables: ReadonlyMap<string, number>,
    private readonly place: Readonly<Record<string, number>>,
    private readonly shared: Map<UOp, Memory>,
  ) {}

  /** Runs until a barrier (true) or the end of the program (false). */
  runToBarrier(): boolean {
    const { uops } = this.layout
    while (this.next < uops.length) {
      const at = this.next++
      const u = uops[at]
      if (u.op === 'barrier') return true
      this.values[at] = this.execute(u, at)
    }
    return false
  }

  private execute(u: UOp, at: number): Value {
    const { partners } = this.layout
    switch (u.op) {
      case 'range':
        this.counters[at] = 0
        if (Number(this.scalar(u.src[0])) <= 0) this.next = partners[at] + 1
        return constantOf(0, u.dtype)
      case 'end': {
        const start = partners[at]
        const count = ++this.counters[start]
        if (count >= Number(this.scalar(u.src[0].src[0]))) return undefined
        this.values[start] = constantOf(count, u.src[0].dtype)
        this.next = start + 1
        return undefined
      }
      case 'if':
        if (!this.scalar(u.src[0])) this.next = partners[at] + 1
        return undefined
      case 'endif': case 'register': return undefined
      case 'after': return registerOf(u) === undefined ? this.value(u.src[0]) : undefined
      case 'index': return this.indexed(u)
      case 'load': return this.load(u)
      case 'store': return this.store(u)
      case 'vectorize': return u.src.map(s => this.scalar(s))
    }
    if (is(u, 'const')) return splat(constantOf(u.arg, u.dtype), u.dtype)
    if (is(u, 'variable')) return constantOf(evaluateDim(u, this.variables), u.dtype)
    if (is(u, 'special')) return this.special(u)
    if (is(u, 'param') || is(u, 'scratch')) return { memory: this.memory(u), element: 0 }
    if (is(u, 'extract')) return this.extract(u)
    if (u.op === 'dot') return this.dot(u)
    const { op } = u
    if (!isAlu(op)) throw new PetagradError('IR_INVALID', 'is not an operation of programs', { op })
    const types = u.src.map(s => s.dtype)
    const lanes = u.src.map(s => this.lanes(s))
    return packed(Array.from({ length: u.dtype.lanes }, (_, lane) => evalAlu(op, u.dtype, lanes.map(values => values[lane]), types)))
  }

  private value(u: UOp): Value {
    const at = this.layout.places.get(u)
    const value = at === undefined ? undefined : this.values[at]
    if (value !== undefined) return value
    throw new PetagradError('IR_INVALID', 'the value is used before it is defined', { op: u.op })
  }

  private scalar(u: UOp): ConstValue {
    const value = this.value(u)
    if (typeof value === 'object' || value === undefined) throw new PetagradError('IR_INVALID', `a scalar is needed, not ${u.dtype.name}`, { op: u.op })
    return value
  }

  private lanes(u: UOp): readonly ConstValue[] {
    const value = this.value(u)
    return isLanes(value) ? value : [this.scalar(u)]
  }

  private address(u: UOp): Address {
    const value = this.value(u)
    if (typeof value !== 'object' || isLanes(value)) throw new PetagradError('IR_INVALID', `an address is needed, not ${u.dtype.name}`, { op: u.op })
    return value
  }

  private indexed(u: UOp): Address {
    const { memory, element } = this.address(u.src[0])
    return { memory, element: element + Number(this.scalar(u.src[1])) }
  }

  /** Per lane of a load or store: whether it happens. One gate may serve all lanes. */
  private gates(u: UOp, lanes: number): readonly ConstValue[] {
    if (u.src.length < 3) return new Array<boolean>(lanes).fill(true)
    const gates = this.lanes(u.src[2])
    return gates.length === lanes ? gates : new Array<ConstValue>(lanes).fill(gates[0])
  }

  private load(u: UOp): Value {
    const register = registerOf(u.src[0])
    if (register !== undefined) {
      const value = this.registers.get(register)
      if (value === undefined) throw new PetagradError('IR_INVALID', 'the register is read before it is written', { op: 'load' })
      return value
    }
    const gates = this.gates(u, u.dtype.lanes)
    if (gates.some(Boolean)) {
      const { memory, element } = this.address(u.src[0])
      return packed(gates.map((gate, lane) => (gate ? memory.read(element + lane) : this.lanes(u.src[1])[lane])))
    }
    return packed(this.lanes(u.src[1]))
  }

  private store(u: UOp): undefined {
    const register = registerOf(u.src[0])
    if (register !== undefined) {
      this.registers.set(register, this.value(u.src[1]))
      return
    }
    const lanes = this.lanes(u.src[1])
    const gates = this.gates(u, lanes.length)
    if (!gates.some(Boolean)) return
    const { memory, element } = this.address(u.src[0])
    lanes.forEach((value, lane) => {
      if (gates[lane]) memory.write(element + lane, value)
    })
  }

  private extract(u: UOp<'extract'>): Value {
    const lanes = this.lanes(u.src[0])
    return packed(u.arg.map(lane => {
      if (lane in lanes) return lanes[lane]
      throw new PetagradError('IR_INVALID', `lane ${lane} of a vector of ${lanes.length}`, { op: 'extract' })
    }))
  }

  private dot(u: UOp): Value {
    const [a, b, sum] = u.src.map(s => this.lanes(s))
    const terms = a.length / sum.length
    const { scalar } = u.dtype
    const converted = (x: ConstValue, of: UOp): ConstValue => evalAlu('cast', scalar, [x], [of.dtype.scalar])
    return packed(sum.map((start, lane) => {
      let total = start
      for (let i = lane * terms; i < (lane + 1) * terms; i++) {
        const factors = [converted(a[i], u.src[0]), converted(b[i], u.src[1])]
        total = evalAlu('mulacc', scalar, [...factors, total], [scalar, scalar, scalar])
      }
      return total
    }))
  }

  private special(u: UOp<'special'>): ConstValue {
    const { name } = u.arg
    if (!Object.hasOwn(this.place, name)) throw new PetagradError('IR_INVALID', `the launch has no dimension ${name}`, { op: 'special' })
    return constantOf(this.place[name], u.dtype)
  }

  private memory(u: UOp<'param' | 'scratch'>): Memory {
    const home = u.dtype.space === 'shared' ? this.shared : this.owned
    let memory = home.get(u)
    if (memory === undefined) home.set(u, (memory = openMemory(u, this.args)))
    return memory
  }
}

const isLanes = (value: Value): value is readonly ConstValue[] => Array.isArray(value)
const packed = (lanes: readonly ConstValue[]): Value => (lanes.length === 1 ? lanes[0] : lanes)
const splat = (value: ConstValue, dtype: DType): Value => packed(new Array<ConstValue>(dtype.lanes).fill(value))

/** The register behind a chain of `after`, if it is one. */
function registerOf(u: UOp): UOp | undefined {
  let target = u
  while (target.op === 'after') target = target.src[0]
  return target.op === 'register' ? target : undefined
}
