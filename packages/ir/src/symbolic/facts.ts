import { dtypes } from '../dtype.js'
import { constant, indexConst, is, uop, type UOp } from '../uop.js'
import type { Division } from './divide.js'
import type { Given } from './given.js'
import type { LinearForm } from './leaves.js'
import type { Linear } from './linear.js'

/** Inclusive bounds of an integer; of a bool, false is 0 and true is 1. */
export interface Interval {
  readonly min: number
  readonly max: number
}

/** Index values are exact within this magnitude; it also bounds what nothing is known of. */
export const UNBOUNDED = Number.MAX_SAFE_INTEGER

/**
 * What is known of one node, found once and kept on the node. `canonical` is the form that every equal expression
 * shares as far as the constructors can see; a canonical index expression has its `linear` form.
 */
export class Facts {
  declare readonly node: UOp
  declare canonical: Facts | undefined
  declare linear: Linear | undefined
  declare form: LinearForm | undefined
  declare interval: Interval | undefined
  declare factor: number | undefined
  declare key: number | undefined
  declare size: number | undefined
  declare leaves: ReadonlySet<UOp> | undefined
  declare divisions: Map<number, Division> | undefined
  declare multiples: Map<number, UOp> | undefined
  declare offsets: Map<number, UOp> | undefined
  declare given: Given | undefined

  /** As in a uop's node, the fields are assigned here: initialisers would be a call of their own. */
  constructor(node: UOp) {
    this.node = node
    this.canonical = undefined
    this.linear = undefined
    this.form = undefined
    this.interval = undefined
    this.factor = undefined
    this.key = undefined
    this.size = undefined
    this.leaves = undefined
    this.divisions = undefined
    this.multiples = undefined
    this.offsets = undefined
    this.given = undefined
  }
}

export function factsOf(u: UOp): Facts {
  const node = u as UOp & { facts: Facts | undefined } // every uop is a Node of uop.ts, which has this field
  return (node.facts ??= new Facts(u))
}

/** The node is already in its final form. */
export function canonicalFacts(u: UOp): Facts {
  const facts = factsOf(u)
  facts.canonical = facts
  return facts
}

export const indexNumber = (value: number): UOp => canonicalFacts(indexConst(value + 0)).node // -0 is another constant than 0

export const truth = (value: boolean): UOp => canonicalFacts(constant(value, dtypes.bool)).node
export const isTruth = (u: UOp, value: boolean): boolean => is(u, 'const') && u.arg === value

/** u times a constant, and u plus one: kept with u, which spares looking for the constant's node. */
export function multipleOf(u: Facts, by: number): UOp {
  if (by === 1) return u.node
  u.multiples ??= new Map<number, UOp>()
  let node = u.multiples.get(by)
  if (node === undefined) u.multiples.set(by, (node = indexNode('mul', u.node, indexNumber(by))))
  return node
}
export function offsetFrom(u: Facts, by: number): UOp {
  if (by === 0) return u.node
  u.offsets ??= new Map<number, UOp>()
  let node = u.offsets.get(by)
  if (node === undefined) u.offsets.set(by, (node = indexNode('add', u.node, indexNumber(by))))
  return node
}

/** An index node with these sources, in final form. */
export const indexNode = (op: 'add' | 'mul' | 'floordiv' | 'floormod' | 'max', a: UOp, b: UOp): UOp =>
  canonicalFacts(uop(op, dtypes.index, [a, b])).node
