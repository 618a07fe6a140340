import { is } from '../uop.js'
import { intervalOf } from './bounds.js'
import { factsOf, indexNode, indexNumber, multipleOf, offsetFrom, type Facts, type Interval } from './facts.js'
import { inOrder } from './order.js'
import { recombine } from './recombine.js'

/** constant + Σ coefs[i]·atoms[i]: atoms distinct and in order, coefficients not zero, no atom of one value only. */
export interface Linear {
  readonly atoms: readonly Facts[]
  readonly coefs: readonly number[]
  readonly constant: number
  /** The node of this sum, once built. */
  node?: Facts
}

const NO_ATOMS: readonly Facts[] = Object.freeze([])
const NO_COEFS: readonly number[] = Object.freeze([])

export const constantSum = (value: number): Linear => ({ atoms: NO_ATOMS, coefs: NO_COEFS, constant: value + 0 })

/** 1·atom; a constant if the atom has one value only. */
export function atomSum(atom: Facts): Linear {
  if (atom.linear !== undefined) return atom.linear
  const { min, max } = intervalOf(atom.node)
  atom.linear = min === max ? constantSum(min) : { atoms: [atom], coefs: [1], constant: 0, node: atom }
  return atom.linear
}

export function scaled(x: Linear, by: number): Linear {
  if (by === 1) return x
  if (by === 0) return constantSum(0)
  return { atoms: x.atoms, coefs: x.coefs.map(c => c * by), constant: x.constant * by + 0 }
}

export const shifted = (x: Linear, by: number): Linear =>
  by === 0 ? x : { atoms: x.atoms, coefs: x.coefs, constant: x.constant + by }

/** a + by·b. */
export function plus(a: Linear, b: Linear, by = 1): Linear {
  if (by === 0) return a
  if (b.atoms.length === 0) return shifted(a, b.constant * by)
  if (a.atoms.length === 0) return shifted(scaled(b, by), a.constant)
  const atoms: Facts[] = []
  const coefs: number[] = []
  let i = 0
  let j = 0
  while (i < a.atoms.length || j < b.atoms.length) {
    const x = a.atoms[i]
    const y = b.atoms[j]
    const side = x === y ? 0 : y === undefined ? -1 : x === undefined ? 1 : inOrder(x.node, y.node)
    const coef = (side <= 0 ? a.coefs[i] : 0) + (side >= 0 ? b.coefs[j] * by : 0)
    if (coef !== 0) {
      atoms.push(side <= 0 ? x : y)
      coefs.push(coef)
    }
    if (side <= 0) i++
    if (side >= 0) j++
  }
  return { atoms, coefs, constant: a.constant + b.constant * by + 0 }
}

/** Each coefficient mapped; terms that become zero are dropped. */
export function mapCoefs(x: Linear, f: (coef: number) => number, constant: number): Linear {
  const atoms: Facts[] = []
  const coefs: number[] = []
  for (let i = 0; i < x.atoms.length; i++) {
    const coef = f(x.coefs[i])
    if (coef === 0) continue
    atoms.push(x.atoms[i])
    coefs.push(coef)
  }
  return { atoms, coefs, constant: constant + 0 }
}

export function coefOf(x: Linear, atom: Facts): number {
  const at = x.atoms.indexOf(atom)
  return at < 0 ? 0 : x.coefs[at]
}

/** Bounds from those of the atoms, each on its own. */
export function intervalOfSum(x: Linear): Interval {
  let min = x.constant
  let max = x.constant
  for (let i = 0; i < x.atoms.length; i++) {
    const of = intervalOf(x.atoms[i].node)
    const coef = x.coefs[i]
    min += coef * (coef > 0 ? of.min : of.max)
    max += coef * (coef > 0 ? of.max : of.min)
  }
  return { min, max }
}

export function gcd(a: number, b: number): number {
  let x = Math.abs(a)
  let y = Math.abs(b)
  while (y !== 0) [x, y] = [y, x % y]
  return x
}

export const coefGcd = (x: Linear, start = 0): number => {
  let g = start
  for (const c of x.coefs) if ((g = gcd(g, c)) === 1) break
  return g
}

/** The node of a sum: quotients and remainders that belong together joined, terms in order, the constant last. */
export function nodeOfSum(sum: Linear): Facts {
  if (sum.node !== undefined) return sum.node
  const x = recombine(sum)
  if (x.node !== undefined) return x.node
  const { atoms, coefs, constant } = x
  if (atoms.length === 0) {
    const facts = factsOf(indexNumber(constant))
    facts.linear ??= x
    return (x.node = facts)
  }
  let node = multipleOf(atoms[0], coefs[0])
  for (let i = 1; i < atoms.length; i++) node = indexNode('add', node, multipleOf(atoms[i], coefs[i]))
  const facts = factsOf(offsetFrom(factsOf(node), constant))
  facts.linear ??= x
  return (x.node = facts)
}

/** The constant that divides an atom's values, when the atom is a quotient or remainder by a constant; else undefined. */
export function constantDivisor(atom: Facts, op: 'floordiv' | 'floormod'): number | undefined {
  if (atom.node.op !== op) return undefined
  const by = atom.node.src[1]
  return is(by, 'const') ? Number(by.arg) : undefined
}
