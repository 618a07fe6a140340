import {
  binary, constant, constantOf, dataTypes, dtypes, extract, isAlu, isComparison, load, register, unaryOps, uop, vector, vectorize,
  type DType, type Op, type PatternData, type UOp,
} from '../../../../packages/ir/src/index.js'
import type { Random } from './random.js'
import { randomValue } from './values.js'

/** Raised where chance ran into a corner: try again. */
class NoInstance extends Error {}

const FLOAT_ONLY: ReadonlySet<Op> = new Set(['reciprocal', 'exp2', 'log2', 'sin', 'sqrt'])
const INTEGER_ONLY: ReadonlySet<Op> = new Set(['shl', 'shr', 'floordiv', 'floormod'])
const BITS_ONLY: ReadonlySet<Op> = new Set(['and', 'or', 'xor'])
const EVERYWHERE: ReadonlySet<Op> = new Set(['max', 'where', 'cast', 'bitcast', 'const', 'vectorize', 'extract', 'load', 'after'])

/** Whether an op has results of this scalar dtype. */
function gives(op: Op, d: DType): boolean {
  if (isComparison(op)) return d === dtypes.bool
  if (EVERYWHERE.has(op)) return op !== 'bitcast' || d !== dtypes.bool
  if (FLOAT_ONLY.has(op)) return d.kind === 'float'
  if (INTEGER_ONLY.has(op)) return d.kind === 'int' || d.kind === 'uint'
  if (BITS_ONLY.has(op)) return d.kind !== 'float'
  return isAlu(op) && d.kind !== 'bool'
}

function holdsValue(d: DType, value: number | boolean): boolean {
  if (typeof value === 'boolean' || d === dtypes.bool) return typeof value === 'boolean' && d === dtypes.bool
  if (d.kind === 'float') return Object.is(constantOf(value, d), value)
  return Number.isSafeInteger(value) && !Object.is(value, -0) && Number(constantOf(value, d)) === value
}

/** Instances of left sides: the shape that a pattern asks for, over opaque loads and constants. */
export class Sampler {
  private readonly bound = new Map<string, UOp>()
  private readonly leaves: UOp[] = []
  private nextRegister = 0

  private constructor(private readonly random: Random, private readonly lanes: number) {}

  /** An instance of the pattern, guards aside; undefined where chance found none. */
  static instance(random: Random, pattern: PatternData): UOp | undefined {
    try {
      return new Sampler(random, random.chance(0.2) ? 4 : 1).root(pattern)
    } catch (error) {
      if (error instanceof NoInstance) return undefined
      throw error
    }
  }

  private root(pattern: PatternData): UOp {
    if (pattern.ops?.includes('store')) return this.access(pattern, dtypes.void)
    if (pattern.ops?.includes('const') && pattern.value === undefined) return this.inexact(pattern)
    const lanes = pattern.ops?.some(op => op === 'vectorize') ? this.random.pick([2, 3, 4]) : this.lanes
    return this.node(pattern, vector(this.choose(this.possible(pattern)), lanes))
  }

  /** A constant whose argument its dtype may not hold. */
  private inexact(pattern: PatternData): UOp {
    const dtype = this.choose(this.possible(pattern))
    return constant(dtype.kind === 'float' ? this.random.next() * 1000 : this.random.below(1000) - 500, vector(dtype, this.lanes))
  }

  private choose<T>(from: readonly T[]): T {
    if (from.length === 0) throw new NoInstance()
    return this.random.pick(from)
  }

  /** The scalar dtypes that a node of this pattern can have. */
  private possible(pattern: PatternData): DType[] {
    const { name, ops, kinds, value, src } = pattern
    const bound = name === undefined ? undefined : this.bound.get(name)
    if (bound !== undefined) return [bound.dtype.scalar]
    let types = dataTypes.filter(d => kinds === undefined || kinds.includes(d.kind))
    if (value !== undefined) types = types.filter(d => holdsValue(d, value))
    if (ops === undefined) return types
    types = types.filter(d => ops.some(op => gives(op, d)))
    if (src === undefined || !ops.every(op => isAlu(op) && !isComparison(op) && op !== 'cast' && op !== 'bitcast')) return types
    for (const s of ops.includes('where') ? src.slice(1) : src) {
      const of = this.possible(s)
      types = types.filter(d => of.includes(d))
    }
    return types
  }

  private node(pattern: PatternData, dtype: DType): UOp {
    const known = pattern.name === undefined ? undefined : this.bound.get(pattern.name)
    if (known !== undefined) {
      if (known.dtype !== dtype) throw new NoInstance()
      return known
    }
    if (!this.possible(pattern).includes(dtype.scalar)) throw new NoInstance()
    const u = this.fresh(pattern, dtype)
    if (pattern.name !== undefined) this.bound.set(pattern.name, u)
    return u
  }

  private fresh(pattern: PatternData, dtype: DType): UOp {
    if (pattern.ops === undefined) return this.operand(dtype)
    const op = this.choose(pattern.ops.filter(o => gives(o, dtype.scalar)))
    if (op === 'const') return constant(pattern.value ?? randomValue(this.random, dtype.scalar), dtype)
    if (op === 'vectorize') return this.vectorOf(dtype)
    if (op === 'load') return this.access(pattern, dtype)
    if (op === 'extract') return this.lanesOf(pattern.src?.[0], dtype)
    if (pattern.src === undefined) return uop(op, dtype, this.spread(op, dtype))
    const types = this.sourceTypes(op, pattern.src, dtype)
    return uop(op, dtype, pattern.src.map((s, i) => this.node(s, types[i])))
  }

  /** A gated load or store. */
  private access({ src }: PatternData, dtype: DType): UOp {
    if (src?.length !== 3) throw new NoInstance()
    const value = dtype === dtypes.void ? vector(this.random.pick(dataTypes), this.lanes) : dtype
    const place = register(this.nextRegister++, value)
    return uop(dtype === dtypes.void ? 'store' : 'load', dtype, [place, this.node(src[1], value), this.node(src[2], dtypes.bool)])
  }

  private sourceTypes(op: Op, src: readonly PatternData[], dtype: DType): DType[] {
    const { lanes } = dtype
    if (op === 'cast') return [vector(this.choose(this.possible(src[0])), lanes)]
    if (op === 'bitcast') return [vector(this.choose(this.possible(src[0]).filter(d => d.bits === dtype.bits && d !== dtypes.bool)), lanes)]
    if (isComparison(op)) {
      const right = this.possible(src[1])
      const type = vector(this.choose(this.possible(src[0]).filter(d => right.includes(d))), lanes)
      return [type, type]
    }
    if (op === 'where') return [vector(dtypes.bool, lanes), dtype, dtype]
    return src.map(() => dtype)
  }

  /** Anything of this dtype: mostly opaque, now and then a constant, something seen before or an operation. */
  private operand(dtype: DType): UOp {
    const { random } = this
    const seen = this.leaves.filter(u => u.dtype === dtype)
    if (seen.length > 0 && random.chance(0.15)) return random.pick(seen)
    if (random.chance(0.1)) return constant(randomValue(random, dtype.scalar), dtype)
    const compared = vector(dtypes.i8, dtype.lanes)
    if (random.chance(0.1)) {
      return dtype.kind === 'bool' ? binary('lt', this.opaque(compared), this.opaque(compared)) : binary('mul', this.opaque(dtype), this.opaque(dtype))
    }
    return this.opaque(dtype)
  }

  private opaque(dtype: DType): UOp {
    const u = load(register(this.nextRegister++, dtype))
    this.leaves.push(u)
    return u
  }

  private vectorOf(dtype: DType): UOp {
    const { lanes, scalar } = dtype
    if (lanes === 1) throw new NoInstance()
    const count = Array.from({ length: lanes }, (_, i) => i)
    switch (this.random.below(4)) {
      case 0: return uop('vectorize', dtype, new Array<UOp>(lanes).fill(this.operand(scalar)))
      case 1: return uop('vectorize', dtype, new Array<UOp>(lanes).fill(constant(randomValue(this.random, scalar), scalar)))
      case 2: {
        const from = this.opaque(vector(scalar, this.random.pick([lanes, lanes + 1])))
        const order = this.random.chance(0.5) ? count : count.map(() => this.random.below(from.dtype.lanes))
        return uop('vectorize', dtype, order.map(lane => extract(from, [lane])))
      }
      default: return uop('vectorize', dtype, count.map(() => this.operand(scalar)))
    }
  }

  private lanesOf(from: PatternData | undefined, dtype: DType): UOp {
    const wide = vector(dtype, this.random.pick([Math.max(2, dtype.lanes), dtype.lanes + 1]))
    const x = from === undefined ? this.opaque(wide) : this.node(from, wide)
    const count = Array.from({ length: dtype.lanes }, (_, i) => i)
    return extract(x, this.random.chance(0.3) ? count : count.map(() => this.random.below(wide.lanes)))
  }

  /** Sources for an op whose pattern leaves them open: often the same value in every lane. */
  private spread(op: Op, dtype: DType): UOp[] {
    const { random } = this
    const same = (d: DType): UOp =>
      d.lanes > 1 && random.chance(0.8) ? vectorize(new Array<UOp>(d.lanes).fill(this.operand(d.scalar))) : this.operand(d)
    const other = vector(random.pick(dataTypes.filter(d => op !== 'bitcast' || (d.bits === dtype.bits && d !== dtypes.bool))), dtype.lanes)
    if (op === 'load' || op === 'after') throw new NoInstance()
    if (op === 'cast' || op === 'bitcast') return [same(other)]
    if (isComparison(op)) return [same(other), same(other)]
    if (op === 'where') return [same(vector(dtypes.bool, dtype.lanes)), same(dtype), same(dtype)]
    const arity = (unaryOps as readonly Op[]).includes(op) ? 1 : op === 'mulacc' ? 3 : 2 // a list of op names is one of ops
    return Array.from({ length: arity }, () => same(dtype))
  }
}

