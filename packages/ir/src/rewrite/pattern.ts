import type { DTypeKind } from '../dtype.js'
import { isCommutative, type Op } from '../op.js'
import type { UOp } from '../uop.js'

/** The nodes that the names of a left side stand for. */
export type Bindings = Readonly<Record<string, UOp>>
/** A node whose argument is its value; with a vector dtype, the value of every lane. */
export type Constant = UOp<'const'>

/** A left side, or a part of one, as data: both matchers and every check read this and nothing else. */
export interface PatternData {
  /** The ops admitted; undefined admits all. */
  readonly ops: readonly Op[] | undefined
  /** The dtype kinds admitted (of the element, for vectors); undefined admits all. */
  readonly kinds: readonly DTypeKind[] | undefined
  /** The value that a constant must hold; see `holds`. */
  readonly value: number | boolean | undefined
  /** The name bound to the node. A name that occurs twice must be the same node. */
  readonly name: string | undefined
  /** One pattern per source; undefined leaves the sources alone. */
  readonly src: readonly PatternData[] | undefined
  /** Whether the first two sources are tried in both orders. */
  readonly commutes: boolean
  /** Conditions on the bindings of the whole left side. */
  readonly guards: readonly Guard[]
}

/** A named plain function of the bindings. */
export type Guard = (bindings: Bindings) => boolean

type BindsOf<P extends readonly unknown[]> = P extends readonly [Pattern<infer First>, ...infer Rest] ? First & BindsOf<Rest> : unknown
type Patterns = readonly Pattern<unknown>[]

/** A pattern for nodes of the ops `O` that binds the names of `B`. Immutable: every method gives a new pattern. */
export class Pattern<out B, out O extends Op = Op> implements PatternData {
  declare readonly binds: B
  declare readonly admits: O
  readonly ops: readonly Op[] | undefined
  readonly kinds: readonly DTypeKind[] | undefined
  readonly value: number | boolean | undefined
  readonly name: string | undefined
  readonly src: readonly PatternData[] | undefined
  readonly commutes: boolean
  readonly guards: readonly Guard[]

  constructor(data: Partial<PatternData>) {
    this.ops = data.ops
    this.kinds = data.kinds
    this.value = data.value
    this.name = data.name
    this.src = data.src
    this.commutes = data.commutes ?? false
    this.guards = data.guards ?? []
  }

  /** Binds the node itself. */
  as<N extends string>(name: N): Pattern<B & Readonly<Record<N, UOp<O>>>, O> {
    return new Pattern({ ...this, name })
  }

  /** Admits only these dtype kinds. */
  of(...kinds: readonly DTypeKind[]): Pattern<B, O> {
    return new Pattern({ ...this, kinds })
  }

  /** Takes the sources in the order written, even if the op commutes. */
  ordered(): Pattern<B, O> {
    return new Pattern({ ...this, commutes: false })
  }

  /** Applies only where `guard` holds. It runs after the whole left side has matched. */
  where(guard: (bindings: B) => boolean): Pattern<B, O> {
    // The matchers call a guard with every name that the left side binds.
    return new Pattern({ ...this, guards: [...this.guards, guard as Guard] })
  }
}

const swaps = (op: Op): boolean => isCommutative(op) || op === 'mulacc'
const isConstantPattern = (s: PatternData): boolean => s.ops?.length === 1 && s.ops[0] === 'const'

/**
 * Operands that commute are tried in both orders. A constant beside something else is looked for only where it is
 * written: write it on the right, which is where the rule `constant-right` has put it before any other rule sees it.
 */
function node<O extends Op, P extends Patterns>(ops: readonly O[], src: P): Pattern<BindsOf<P>, O> {
  const commutes = src.length > 1 && ops.every(swaps) && isConstantPattern(src[0]) === isConstantPattern(src[1])
  return new Pattern({ ops, src, commutes })
}

const leaf = <N extends string>(name: N, ...kinds: DTypeKind[]): Pattern<Readonly<Record<N, UOp>>> =>
  new Pattern({ name, kinds: kinds.length > 0 ? kinds : undefined })

const unary = <O extends Op>(op: O) => <A extends Pattern<unknown>>(a: A) => node([op], [a] as const)
const binary = <O extends Op>(op: O) => <A extends Pattern<unknown>, B extends Pattern<unknown>>(a: A, b: B) => node([op], [a, b] as const)
const ternary = <O extends Op>(op: O) =>
  <A extends Pattern<unknown>, B extends Pattern<unknown>, C extends Pattern<unknown>>(a: A, b: B, c: C) => node([op], [a, b, c] as const)

function constantPattern(value: number | boolean): Pattern<unknown, 'const'>
function constantPattern<N extends string>(name: N): Pattern<Readonly<Record<N, Constant>>, 'const'>
function constantPattern(what: number | boolean | string): Pattern<unknown> {
  return typeof what === 'string' ? new Pattern({ ops: ['const'], name: what }) : new Pattern({ ops: ['const'], value: what })
}

/**
 * The words that left sides are written in.
 *
 * `p.add(p.integer('x'), p.constant(0))` matches an integer sum with zero on either side and binds `x`.
 */
export const p = {
  /** Any node. The words below restrict its dtype (`bits`: bool or integer); none of them admits `index`. */
  any: <N extends string>(name: N) => leaf(name),
  integer: <N extends string>(name: N) => leaf(name, 'int', 'uint'),
  int: <N extends string>(name: N) => leaf(name, 'int'),
  uint: <N extends string>(name: N) => leaf(name, 'uint'),
  float: <N extends string>(name: N) => leaf(name, 'float'),
  bool: <N extends string>(name: N) => leaf(name, 'bool'),
  numeric: <N extends string>(name: N) => leaf(name, 'int', 'uint', 'float'),
  bits: <N extends string>(name: N) => leaf(name, 'bool', 'int', 'uint'),
  data: <N extends string>(name: N) => leaf(name, 'bool', 'int', 'uint', 'float'),
  /** A constant: given a value, that value (see `holds`); given a name, any value, bound. */
  constant: constantPattern,
  /** One of several ops, its sources in the order given, or in both where all of the ops commute. */
  oneOf: <O extends Op, P extends Patterns>(ops: readonly O[], ...src: P) => node(ops, src),
  /** An op with any sources. */
  op: <O extends Op>(...ops: readonly O[]): Pattern<unknown, O> => new Pattern({ ops }),

  neg: unary('neg'), reciprocal: unary('reciprocal'), trunc: unary('trunc'),
  add: binary('add'), sub: binary('sub'), mul: binary('mul'), div: binary('div'), mod: binary('mod'),
  floordiv: binary('floordiv'), floormod: binary('floormod'), max: binary('max'),
  shl: binary('shl'), shr: binary('shr'), and: binary('and'), or: binary('or'), xor: binary('xor'),
  lt: binary('lt'), eq: binary('eq'), ne: binary('ne'),
  where: ternary('where'), mulacc: ternary('mulacc'), cast: unary('cast'), bitcast: unary('bitcast'),
  reshape: unary('reshape'), permute: unary('permute'), expand: unary('expand'), pad: unary('pad'), shrink: unary('shrink'),
  flip: unary('flip'), shear: unary('shear'), extract: unary('extract'), contiguous: unary('contiguous'), detach: unary('detach'),
  reduceAxis: unary('reduce_axis'),
} as const

/** A law: where the left side matches, its node may be replaced by what `replace` gives. */
export interface Rule {
  /** Unique; what statistics, debugging output and errors show. */
  readonly name: string
  readonly pattern: PatternData
  /** Every condition of the left side. */
  readonly guards: readonly Guard[]
  /** The right side; undefined where the rule does not apply after all. */
  readonly replace: (bindings: Bindings) => UOp | undefined
}

/** Declares a rule. The right side sees exactly the names that the left side binds. */
export function rule<B>(name: string, pattern: Pattern<B>, replace: (bindings: B) => UOp | undefined): Rule {
  // The matchers call a right side with exactly the names that its left side binds.
  return { name, pattern, guards: guardsOf(pattern), replace: replace as Rule['replace'] }
}

/** True if `u` is a constant of this value. Floats tell -0 from 0; `i64` and `u64` compare by value; true is not 1. */
export function holds(u: UOp, value: number | boolean): boolean {
  if (u.op !== 'const') return false
  const arg = u.arg as UOp<'const'>['arg'] // the op was tested on the line above
  if (typeof arg === 'bigint') return typeof value === 'number' && Number(arg) === value
  return u.dtype.kind === 'float' ? Object.is(arg, value) : arg === value
}

/** The pattern with every choice of operand order spelled out, in the order in which they are tried. */
export function orders(pattern: PatternData): PatternData[] {
  if (pattern.src === undefined) return [pattern]
  let choices: PatternData[][] = [[]]
  for (const s of pattern.src) {
    const each = orders(s)
    choices = choices.flatMap(done => each.map(one => [...done, one]))
  }
  const all: PatternData[] = []
  const seen = new Set<string>()
  for (const src of choices) {
    const written = { ...pattern, src }
    const swapped = { ...pattern, src: [src[1], src[0], ...src.slice(2)] }
    for (const order of pattern.commutes ? [written, swapped] : [written]) {
      const key = patternKey(order)
      if (!seen.has(key)) all.push({ ...order, commutes: false })
      seen.add(key)
    }
  }
  return all
}

/** Equal for patterns that match the same nodes with the same bindings. */
function patternKey({ ops, kinds, value, name, src }: PatternData): string {
  return `${ops} ${kinds} ${value} ${name} (${src?.map(patternKey)})`
}

/** The guards of a left side, in the order in which they run. */
const guardsOf = (pattern: PatternData): Guard[] => [...(pattern.src ?? []).flatMap(guardsOf), ...pattern.guards]
