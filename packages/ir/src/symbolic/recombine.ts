import { dtypes } from '../dtype.js'
import type { UOp } from '../uop.js'
import { dividedBy, divide, isDivision, ALWAYS } from './divide.js'
import { factsOf, type Facts } from './facts.js'
import { atomSum, coefOf, constantDivisor, nodeOfSum, plus, scaled, shifted, type Linear } from './linear.js'
import { linearOf } from './canonical.js'

/*
 * Joins quotients and remainders of one number that meet in a sum. Splitting an axis and merging it again leaves such
 * sums; joined, nothing of the split remains.
 */
export function recombine(sum: Linear): Linear {
  let x = sum
  for (let next = joined(x); next !== undefined; next = joined(x)) x = next
  return x
}

function joined(x: Linear): Linear | undefined {
  if (!x.atoms.some(isDivision)) return undefined
  for (let i = 0; i < x.atoms.length; i++) {
    const atom = x.atoms[i]
    const p = x.coefs[i]
    const m = constantDivisor(atom, 'floormod')
    const c = constantDivisor(atom, 'floordiv')
    const result = m !== undefined ? joinRemainder(x, atom, p, m) : c !== undefined ? joinQuotient(x, atom, p, c) : undefined
    if (result !== undefined && sizeOf(result) < sizeOf(x)) return result
  }
  return undefined
}

/** Nodes when written out; what every join must lessen, so that joining ends. */
function sizeOf(x: Linear): number {
  let size = 0
  for (let i = 0; i < x.atoms.length; i++) size += nodesOf(x.atoms[i].node) + (x.coefs[i] === 1 ? 0 : 1)
  return size
}

function nodesOf(u: UOp): number {
  if (u.op === 'range' || u.dtype !== dtypes.index) return 1
  const facts = factsOf(u)
  return (facts.size ??= u.src.reduce((n, s) => n + nodesOf(s), 1))
}

const numerator = (atom: Facts): Facts => factsOf(atom.node.src[0])

function joinRemainder(x: Linear, atom: Facts, p: number, m: number): Linear | undefined {
  const e = numerator(atom)
  const without = plus(x, atomSum(atom), -p)
  const plain = joinDigit(x, without, linearOf(e.node), atomSum(atom), p, m)
  if (plain !== undefined || m !== 2) return plain
  // p·(e % 2) → p - p·((e + 1) % 2): both are written as one atom
  const next = linearOf(nodeOfSum(shifted(linearOf(e.node), 1)).node)
  return joinDigit(x, shifted(without, p), next, shifted(scaled(atomSum(atom), -1), 1), -p, m)
}

/** `without` + p·(e % m), joined with what of the quotient e // m is in it. `digit` is e % m. */
function joinDigit(x: Linear, without: Linear, e: Linear, digit: Linear, p: number, m: number): Linear | undefined {
  const { quotient } = dividedBy(nodeOfSum(e), m)
  // p·(e % m) + p·m·(e // m) → p·e
  if (holdsDivisions(without, quotient, p * m)) return plus(plus(without, quotient, -p * m), e, p)
  for (let i = 0; i < x.atoms.length; i++) {
    const d = constantDivisor(x.atoms[i], 'floormod')
    if (d === undefined || Math.abs(x.coefs[i]) !== Math.abs(p * m)) continue
    // p·(e % m) + p·m·(f % d) → p·((m·f + e % m) % (m·d)), where f holds e // m; and -(f % d) is (d-1 - f) % d - (d-1)
    const same = x.coefs[i] === p * m
    const high = linearOf(x.atoms[i].node.src[0])
    const f = withDivisions(same ? high : shifted(scaled(high, -1), d - 1), quotient, d)
    if (f === undefined) continue
    const whole = recombine(plus(digit, f, m))
    const others = shifted(plus(without, atomSum(x.atoms[i]), -x.coefs[i]), same ? 0 : -p * m * (d - 1))
    return plus(others, divide(whole, m * d, ALWAYS).remainder, p)
  }
  return undefined
}

/** f, plus multiples of d, so that it holds every quotient and remainder in `part` with the same coefficient; if that can be. */
function withDivisions(f: Linear, part: Linear, d: number): Linear | undefined {
  let result = f
  for (let i = 0; i < part.atoms.length; i++) {
    if (!isDivision(part.atoms[i])) continue
    const more = part.coefs[i] - coefOf(f, part.atoms[i])
    if (more % d !== 0) return undefined
    result = plus(result, atomSum(part.atoms[i]), more)
  }
  return holdsDivisions(result, part, 1) ? result : undefined
}

function joinQuotient(x: Linear, atom: Facts, p: number, c: number): Linear | undefined {
  if (p % c !== 0) return undefined
  const e = numerator(atom)
  const { remainder } = dividedBy(e, c)
  const without = plus(x, atomSum(atom), -p)
  const q = p / c
  // q·c·(e // c) + q·(e % c) → q·e
  if (holdsDivisions(without, remainder, q)) return plus(plus(without, remainder, -q), linearOf(e.node), q)
  // q·c·(e // c) - q·e → -q·(e % c)
  const terms = linearOf(e.node)
  if (!terms.atoms.every((a, i) => coefOf(x, a) === -q * terms.coefs[i])) return undefined
  return plus(plus(without, terms, q), remainder, -q)
}

/** Whether every quotient and remainder in `part`, of which there must be one, is in `x` with `times` its coefficient. */
function holdsDivisions(x: Linear, part: Linear, times: number): boolean {
  let some = false
  for (let i = 0; i < part.atoms.length; i++) {
    if (!isDivision(part.atoms[i])) continue
    if (coefOf(x, part.atoms[i]) !== times * part.coefs[i]) return false
    some = true
  }
  return some
}
