import { PetagradError } from '../errors.js'
import { isAlu, type ConstValue, type Dim } from '../op.js'
import { openRanges } from '../ranges.js'
import { is, toposort, type UOp } from '../uop.js'
import { Memory } from './memory.js'
import { Reduction } from './reduction.js'
import { constantOf, evalAlu } from './scalar.js'

/** The address of one element. */
interface Address {
  readonly memory: Memory
  readonly element: number
}

const NO_VARIABLES: ReadonlyMap<string, number> = new Map()

/**
 * Runs a kernel straight from its graph: each store over the ranges that it depends on, in the order of their axes.
 * `args[slot]` holds the little-endian bytes of `param` slot and is changed in place.
 *
 * Errors: IR_INVALID for an access out of bounds, a missing argument or variable, and ops of other levels.
 */
export function interpretKernel(kernel: UOp<'kernel'>, args: readonly Uint8Array[], variables: ReadonlyMap<string, number> = NO_VARIABLES): void {
  for (const root of kernel.src) new KernelInterpreter(args, variables).runOver(root, [...openRanges(root)])
}

/** A dimension or index expression as a number, with its variables bound. */
export const evaluateDim = (dim: Dim, variables: ReadonlyMap<string, number> = NO_VARIABLES): number =>
  typeof dim === 'number' ? dim : Number(new KernelInterpreter([], variables).scalar(dim))

class KernelInterpreter {
  /** The values that ranges have now, and when they got them. */
  private readonly counters = new Map<UOp, { readonly value: number; readonly since: number }>()
  /** Values computed so far; one stays good until a range that it stands in moves on. */
  private readonly results = new Map<UOp, { readonly value: ConstValue | Address; readonly at: number }>()
  private readonly memories = new Map<UOp, Memory>()
  private readonly scans = new Map<string, Reduction>()
  private time = 0

  constructor(
    private readonly args: readonly Uint8Array[],
    private readonly variables: ReadonlyMap<string, number>,
  ) {}

  /** Evaluates `u` for every combination of the ranges' values, the last axis fastest. */
  runOver(u: UOp, ranges: readonly UOp[], each: (value: ConstValue | Address) => void = () => undefined): void {
    const order = loopOrder(u, ranges)
    const nest = (depth: number): void => {
      if (depth === order.length) return each(this.evaluate(u))
      const extent = this.scalar(order[depth].src[0])
      for (let value = 0; value < Number(extent); value++) {
        this.counters.set(order[depth], { value, since: ++this.time })
        nest(depth + 1)
      }
    }
    nest(0)
  }

  scalar(u: UOp): ConstValue {
    const value = this.evaluate(u)
    if (typeof value === 'object') throw new PetagradError('IR_INVALID', 'is an address where a value is needed', { op: u.op })
    return value
  }

  private address(u: UOp): Address {
    const value = this.evaluate(u)
    if (typeof value !== 'object') throw new PetagradError('IR_INVALID', 'is a value where an address is needed', { op: u.op })
    return value
  }

  private evaluate(u: UOp): ConstValue | Address {
    const known = this.results.get(u)
    if (known !== undefined && this.isCurrent(u, known.at)) return known.value
    const value = this.compute(u)
    this.results.set(u, { value, at: this.time })
    return value
  }

  private isCurrent(u: UOp, at: number): boolean {
    for (const range of openRanges(u)) if ((this.counters.get(range)?.since ?? Infinity) > at) return false
    return true
  }

  private compute(u: UOp): ConstValue | Address {
    if (is(u, 'const')) return constantOf(u.arg, u.dtype)
    if (is(u, 'variable')) return this.variable(u)
    if (is(u, 'range')) return this.counter(u)
    if (is(u, 'param') || is(u, 'scratch')) return { memory: this.memory(u), element: 0 }
    if (is(u, 'reduce')) return this.reduce(u)
    if (is(u, 'scan')) return this.scan(u)
    switch (u.op) {
      case 'index': {
        const { memory, element } = this.address(u.src[0])
        return { memory, element: element + Number(this.scalar(u.src[1])) }
      }
      case 'load': {
        if (u.src.length === 3 && !this.scalar(u.src[2])) return this.scalar(u.src[1])
        const { memory, element } = this.address(u.src[0])
        return memory.read(element)
      }
      case 'store': {
        if (u.src.length === 3 && !this.scalar(u.src[2])) return false
        const { memory, element } = this.address(u.src[0])
        memory.write(element, this.scalar(u.src[1]))
        return true
      }
      case 'after': {
        for (const before of u.src.slice(1)) this.evaluate(before)
        return this.evaluate(u.src[0])
      }
      case 'end': {
        this.runOver(u.src[0], u.src.slice(1))
        return true
      }
    }
    if (!isAlu(u.op)) throw new PetagradError('IR_INVALID', 'is not an operation of kernels', { op: u.op })
    return evalAlu(u.op, u.dtype, u.src.map(s => this.scalar(s)), u.src.map(s => s.dtype))
  }

  private reduce(u: UOp<'reduce'>): ConstValue {
    const total = new Reduction(u.arg, u.dtype)
    this.runOver(u.src[0], u.src.slice(1), value => {
      if (typeof value !== 'object') total.add(value)
    })
    return total.result
  }

  /** The total so far goes on, one for each iteration of the other loops, or begins anew with the first iteration. */
  private scan(u: UOp<'scan'>): ConstValue {
    const over = u.src.slice(1)
    const valueOf = (range: UOp): number => this.counters.get(range)?.value ?? 0
    const place = `${u.id} ${[...openRanges(u)].filter(r => !over.includes(r)).map(valueOf).join()}`
    const total = (over.every(r => valueOf(r) === 0) ? undefined : this.scans.get(place)) ?? new Reduction(u.arg, u.dtype)
    this.scans.set(place, total)
    total.add(this.scalar(u.src[0]))
    return total.result
  }

  private counter(u: UOp): ConstValue {
    const counter = this.counters.get(u)
    if (counter === undefined) throw new PetagradError('IR_INVALID', 'the range is used outside of its loop', { op: 'range' })
    return constantOf(counter.value, u.dtype)
  }

  private variable(u: UOp<'variable'>): ConstValue {
    const { name, min, max } = u.arg
    const value = this.variables.get(name)
    if (value === undefined) throw new PetagradError('IR_INVALID', `the variable ${name} has no value`, { op: 'variable' })
    if (value >= min && value <= max) return constantOf(value, u.dtype)
    throw new PetagradError('IR_INVALID', `the variable ${name} is ${value}, outside of ${min} to ${max}`, { op: 'variable' })
  }

  private memory(u: UOp<'param' | 'scratch'>): Memory {
    let memory = this.memories.get(u)
    if (memory === undefined) this.memories.set(u, (memory = openMemory(u, this.args)))
    return memory
  }
}

/** By axis, but inside of all others those that something goes along in order: a scan, or a table that begins anew in the others. */
function loopOrder(u: UOp, ranges: readonly UOp[]): readonly UOp[] {
  const byAxis = [...ranges].sort((a, b) => axisOf(a) - axisOf(b))
  if (byAxis.length < 2) return byAxis
  const along = loopsInOrder(u)
  return [...byAxis.filter(r => !along.has(r)), ...byAxis.filter(r => along.has(r))]
}

const inOrder = new WeakMap<UOp, ReadonlySet<UOp>>()

/** What scans and tables below the node go along. */
function loopsInOrder(u: UOp): ReadonlySet<UOp> {
  const known = inOrder.get(u)
  if (known !== undefined) return known
  const along = toposort(u).filter(n => n.op === 'scan' || (n.op === 'after' && n.src[1]?.op === 'end')).flatMap(n => n.src.slice(1))
  const loops = new Set(along.filter(r => r.op === 'range'))
  inOrder.set(u, loops)
  return loops
}

const axisOf = (u: UOp): number => (is(u, 'range') ? u.arg.axis : -1)

/** The bytes behind a param, or new ones for a scratch array: no zeros, since nobody promises them. */
export function openMemory(u: UOp<'param' | 'scratch'>, args: readonly Uint8Array[]): Memory {
  if (is(u, 'param')) {
    const bytes = args.at(u.arg.slot)
    if (bytes === undefined || u.arg.slot < 0) throw new PetagradError('IR_INVALID', `argument ${u.arg.slot} is missing`, { op: 'param' })
    return new Memory(`argument ${u.arg.slot}`, u.dtype.scalar, bytes, u.arg.size)
  }
  const { size } = u.arg
  const bytes = new Uint8Array((size * u.dtype.scalar.bits) / 8).fill(0xa5)
  return new Memory(`scratch array ${is(u, 'scratch') ? u.arg.id : ''}`, u.dtype.scalar, bytes, size)
}
