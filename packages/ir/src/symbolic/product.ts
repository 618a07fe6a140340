import { is, type UOp } from '../uop.js'
import { intervalOf } from './bounds.js'
import { linearOf } from './canonical.js'
import { factsOf, indexNode, type Facts } from './facts.js'
import { atomSum, constantSum, intervalOfSum, nodeOfSum, plus, scaled, shifted, type Linear } from './linear.js'
import { inOrder } from './order.js'

/*
 * Products of symbolic factors. A product of atoms is itself an atom: a left-leaning chain of `mul` in order, so that
 * sums of products are polynomials in a canonical form.
 */

/** Sums are multiplied out up to this many terms; beyond, the product is one atom. */
const MOST_TERMS = 16

/** a · b. */
export function times(a: Linear, b: Linear): Linear {
  if (a.atoms.length === 0) return scaled(b, a.constant)
  if (b.atoms.length === 0) return scaled(a, b.constant)
  if ((a.atoms.length + 1) * (b.atoms.length + 1) > MOST_TERMS) return atomSum(chain([nodeOfSum(a).node, nodeOfSum(b).node]))
  let sum = scaled(a, b.constant)
  for (let j = 0; j < b.atoms.length; j++) {
    sum = plus(sum, atomSum(b.atoms[j]), a.constant * b.coefs[j])
    for (let i = 0; i < a.atoms.length; i++) {
      const both = [...factorsOf(a.atoms[i].node), ...factorsOf(b.atoms[j].node)]
      sum = plus(sum, atomSum(chain(both)), a.coefs[i] * b.coefs[j])
    }
  }
  return sum
}

/** The factors of an atom; itself if it is no product. */
function factorsOf(atom: UOp): readonly UOp[] {
  return atom.op === 'mul' && !is(atom.src[1], 'const') ? [...factorsOf(atom.src[0]), atom.src[1]] : [atom]
}

function chain(factors: readonly UOp[]): Facts {
  const [first, ...rest] = [...factors].sort(inOrder)
  return factsOf(rest.reduce((product, f) => indexNode('mul', product, f), first))
}

/** How often a polynomial is reduced by its divisor: more than any address needs. */
const MOST_STEPS = 16

/** n divided by a divisor that is not constant: n = d·quotient + remainder, where `left` of the remainder is still to be divided. */
export function divideSymbolic(n: Linear, d: Linear): { readonly quotient: Linear; readonly left: Linear } {
  const lead = leadOf(d)
  const leadFactors = factorsOf(d.atoms[lead].node)
  let quotient = constantSum(0)
  let left = n
  for (let step = 0; step < MOST_STEPS; step++) {
    const divided = left.atoms.map((atom, i) =>
      left.coefs[i] % d.coefs[lead] === 0 ? without(factorsOf(atom.node), leadFactors) : undefined)
    const at = divided.findIndex(factors => factors !== undefined)
    const factors = divided[at]
    if (factors === undefined) break
    const part = scaled(factors.length === 0 ? constantSum(1) : atomSum(chain(factors)), left.coefs[at] / d.coefs[lead])
    const next = plus(left, times(part, d), -1)
    if (next.atoms.length > left.atoms.length) break
    quotient = plus(quotient, part)
    left = next
  }
  return { quotient, left }
}

/** The term of the highest degree. */
function leadOf(d: Linear): number {
  let lead = 0
  for (let i = 1; i < d.atoms.length; i++) {
    if (factorsOf(d.atoms[i].node).length > factorsOf(d.atoms[lead].node).length) lead = i
  }
  return lead
}

function without(factors: readonly UOp[], taken: readonly UOp[]): readonly UOp[] | undefined {
  const left = [...factors]
  for (const f of taken) {
    const at = left.indexOf(f)
    if (at < 0) return undefined
    left.splice(at, 1)
  }
  return left
}

/** Whether a sum is below zero for all values, counting that a range stays below its extent even when that is symbolic. */
export function isNegative(x: Linear): boolean {
  if (intervalOfSum(x).max < 0) return true
  let upper = x
  for (let i = 0; i < x.atoms.length; i++) {
    const { op } = x.atoms[i].node
    if (x.coefs[i] < 0 || (op !== 'range' && op !== 'mul')) continue
    const factors = factorsOf(x.atoms[i].node)
    const at = factors.findIndex(f => is(f, 'range') && !is(f.src[0], 'const'))
    if (at < 0) continue
    const others = factors.filter((_, k) => k !== at)
    if (!others.every(f => intervalOf(f).min >= 0)) continue
    const most = shifted(linearOf(factors[at].src[0]), -1)
    const rest = others.length === 0 ? constantSum(1) : atomSum(chain(others))
    upper = plus(plus(upper, atomSum(x.atoms[i]), -x.coefs[i]), times(most, rest), x.coefs[i])
  }
  return upper !== x && (intervalOfSum(upper).max < 0 || isNegative(upper))
}
