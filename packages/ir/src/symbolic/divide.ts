import { is } from '../uop.js'
import { intervalOf } from './bounds.js'
import { factsOf, indexNode, indexNumber, type Facts, type Interval } from './facts.js'
import {
  atomSum, coefGcd, constantDivisor, constantSum, gcd, intervalOfSum, mapCoefs, nodeOfSum, plus, scaled, shifted, type Linear,
} from './linear.js'
import { linearOf } from './canonical.js'

/** n = c·quotient + remainder with 0 <= remainder < c. */
export interface Division {
  readonly quotient: Linear
  readonly remainder: Linear
}

/** Where bounds come from: what is always true, or what a condition adds. */
export interface Knowledge {
  interval(sum: Linear): Interval
}
export const ALWAYS: Knowledge = { interval: intervalOfSum }

/** Division of a canonical sum by c > 0, found once per sum and c. */
export function dividedBy(n: Facts, c: number): Division {
  n.divisions ??= new Map<number, Division>()
  let result = n.divisions.get(c)
  if (result === undefined) n.divisions.set(c, (result = divide(linearOf(n.node), c, ALWAYS)))
  return result
}

export function divide(n: Linear, c: number, known: Knowledge): Division {
  if (c === 1) return { quotient: n, remainder: constantSum(0) }
  const g = coefGcd(n, c)
  if (g > 1) {
    // (g·a + k) // (g·c) → (a + k//g) // c and (g·a + k) % (g·c) → g·((a + k//g) % c) + k%g
    const k = Math.floor(n.constant / g)
    const inner = divide(mapCoefs(n, x => x / g, k), c / g, known)
    return { quotient: inner.quotient, remainder: shifted(scaled(inner.remainder, g), n.constant - k * g) }
  }
  const whole = affine(n, c, known)
  if (whole !== undefined) return whole
  for (const d of divisors(n, c)) {
    // (d·a + b) // (d·c) → a // c and (d·a + b) % (d·c) → d·(a % c) + b where 0 <= b < d
    const low = affine(n, d, known)
    if (low === undefined) continue
    const high = divide(low.quotient, c / d, known)
    return { quotient: high.quotient, remainder: plus(low.remainder, high.remainder, d) }
  }
  return nonlinear(n, c, known)
}

/** Factors of c by which dividing may be exact first: those that some term shares. */
function divisors(n: Linear, c: number): number[] {
  const found = new Set<number>()
  for (const a of n.coefs) {
    const d = gcd(a, c)
    for (const e of [...found]) found.add(gcd(d, e))
    found.add(d)
  }
  found.delete(1)
  found.delete(c)
  return [...found].sort((a, b) => b - a)
}

/** What of a coefficient stays in the numerator. Which choice keeps the rest within one period depends on its sign. */
const residues = [
  (a: number, c: number): number => a % c,
  (a: number, c: number): number => balanced(a, c),
  (a: number, c: number): number => a - c * Math.floor(a / c),
  (a: number, c: number): number => a - c * Math.ceil(a / c),
]
const balanced = (a: number, c: number): number => a - c * Math.ceil(a / c - 0.5)

/** (c·a + b) // c → a + t and (c·a + b) % c → b - c·t where b lies in [c·t, c·t + c). */
function affine(n: Linear, c: number, known: Knowledge): Division | undefined {
  for (const residue of residues) {
    const rest = mapCoefs(n, a => residue(a, c), n.constant)
    const { min, max } = known.interval(rest)
    const t = Math.floor(min / c)
    if (t === Math.floor(max / c)) return { quotient: mapCoefs(n, a => (a - residue(a, c)) / c, t), remainder: shifted(rest, -c * t) }
  }
  return undefined
}

function nonlinear(n: Linear, c: number, known: Knowledge): Division {
  const few = pointwise(n, c)
  if (few !== undefined) return few
  // (-x) // c → -((x + c-1) // c) and (-x) % c → c-1 - (x + c-1) % c: of x and -x, only one is divided
  const negative = leadingSign(n, c) < 0
  const positive = negative ? shifted(scaled(n, -1), c - 1) : n
  const rest = mapCoefs(positive, a => balanced(a, c), positive.constant)
  const t = Math.floor(lowest(rest) / c)
  const out = mapCoefs(positive, a => (a - balanced(a, c)) / c, t)
  const division = positiveDivision(shifted(rest, -c * t), c, known)
  const quotient = plus(out, division.quotient)
  return negative
    ? { quotient: scaled(quotient, -1), remainder: shifted(scaled(division.remainder, -1), c - 1) }
    : { quotient, remainder: division.remainder }
}

/** Terms of up to this many values are divided value by value. */
const MOST_VALUES = 4

/** Any function of two values is affine, and of a few values it may be: the quotient of a·x + b, where x has few. */
function pointwise(n: Linear, c: number): Division | undefined {
  if (n.atoms.length !== 1) return undefined
  const { min, max } = intervalOf(n.atoms[0].node)
  if (max - min >= MOST_VALUES) return undefined
  const at = (x: number): number => Math.floor((n.coefs[0] * x + n.constant) / c)
  const slope = at(min + 1) - at(min)
  for (let x = min + 2; x <= max; x++) if (at(x) - at(x - 1) !== slope) return undefined
  const quotient = shifted(scaled(atomSum(n.atoms[0]), slope), at(min) - slope * min)
  return { quotient, remainder: plus(n, quotient, -c) }
}

/**
 * A quotient with coefficient ±1 can be divided further, so it leads; otherwise the first term does whose sign matters
 * (c/2 and -c/2 are one); if there is none, the first that stays, as it is written.
 */
function leadingSign(n: Linear, c: number): number {
  let first = 0
  let written = 0
  for (let i = 0; i < n.atoms.length; i++) {
    const coef = balanced(n.coefs[i], c)
    if (coef === 0) continue
    if (Math.abs(coef) === 1 && c > 2 && constantDivisor(n.atoms[i], 'floordiv') !== undefined) return coef
    if (first === 0 && 2 * coef !== c) first = coef
    if (written === 0) written = n.coefs[i]
  }
  return first === 0 ? written : first
}

/** Numerators that reach below this are not made positive: a term of any 32-bit value would need 64 bits then. */
const FAR_BELOW = -(2 ** 30)

/** What (x + c·t) // c → x // c + t brings into [0, c): the least numerator. */
function lowest(n: Linear): number {
  const { min } = intervalOfSum(n)
  return min > FAR_BELOW ? min : n.constant
}

/** Two divisions are not merged into one whose divisor is out of 32-bit reach. */
const WIDEST_DIVISOR = 2 ** 31

function positiveDivision(n: Linear, c: number, known: Knowledge): Division {
  for (let i = 0; i < n.atoms.length; i++) {
    const atom = n.atoms[i]
    if (n.coefs[i] === 1) {
      const a = constantDivisor(atom, 'floordiv')
      if (a !== undefined && a * c < WIDEST_DIVISOR) {
        // (x//a + y) // c → (x + a·y) // (a·c)
        const merged = divide(plus(linearOf(atom.node.src[0]), plus(n, atomSum(atom), -1), a), a * c, known)
        const exact = merged.quotient.atoms.every(x => !isDivision(x))
        return { quotient: merged.quotient, remainder: exact ? plus(n, merged.quotient, -c) : divideAtom(n, c, 'floormod') }
      }
    }
    const m = constantDivisor(atom, 'floormod')
    if (m === undefined || (n.coefs[i] * m) % c !== 0) continue
    const inside = linearOf(atom.node.src[0])
    if (n.atoms.length === 1 && n.coefs[i] === 1 && n.constant === 0) {
      // (x % (c·d)) // c → (x // c) % d and (x % (c·d)) % c → x % c
      const inner = divide(inside, c, known)
      return { quotient: divide(inner.quotient, m / c, known).remainder, remainder: inner.remainder }
    }
    // (e·(x % m) + y) % c → (e·x + y) % c where c divides e·m
    const open = plus(plus(n, atomSum(atom), -n.coefs[i]), inside, n.coefs[i])
    return { quotient: divideAtom(n, c, 'floordiv'), remainder: divide(open, c, known).remainder }
  }
  return { quotient: divideAtom(n, c, 'floordiv'), remainder: divideAtom(n, c, 'floormod') }
}

export const isDivision = (atom: Facts): boolean =>
  (atom.node.op === 'floordiv' || atom.node.op === 'floormod') && is(atom.node.src[1], 'const')

function divideAtom(n: Linear, c: number, op: 'floordiv' | 'floormod'): Linear {
  // (x + 1) % 2 → 1 - x % 2: only one of them is an atom
  const odd = op === 'floormod' && c === 2 && lowest(n) === 1
  const atom = atomSum(factsOf(indexNode(op, nodeOfSum(odd ? shifted(n, -1) : n).node, indexNumber(c))))
  return odd ? shifted(scaled(atom, -1), 1) : atom
}
