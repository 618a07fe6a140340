import { dtypes } from '../dtype.js'
import { is, withSrc, type UOp } from '../uop.js'
import { intervalOf } from './bounds.js'
import { rebuildBool } from './condition.js'
import { division, indexCast, indexWhere, maximum } from './construct.js'
import { ALWAYS, type Knowledge } from './divide.js'
import { canonicalFacts, factsOf, indexNumber, type Facts } from './facts.js'
import { leavesOf } from './leaves.js'
import { allOf, anyOf, flat } from './logic.js'
import { atomSum, constantSum, nodeOfSum, plus, scaled, type Linear } from './linear.js'
import { times } from './product.js'

/**
 * The facts of the canonical node that equals u. Anything that is no index or bool only gets canonical sources; what is
 * ordered after something stays as it is, because what happens before it must happen once.
 */
export function canonicalOf(u: UOp): Facts {
  const known = factsOf(u).canonical
  if (known !== undefined) return known
  const stack = [u]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const facts = factsOf(top)
    if (facts.canonical === undefined) {
      const asItIs = isLeaf(top) || top.op === 'after'
      const before = stack.length
      if (!asItIs) for (let i = 0; i < top.src.length; i++) if (factsOf(top.src[i]).canonical === undefined) stack.push(top.src[i])
      if (stack.length > before) continue
      facts.canonical = canonicalFacts(asItIs ? top : rebuild(top, top.src.map(s => canonicalOf(s).node), ALWAYS))
    }
    stack.pop()
  }
  return canonicalOf(u)
}

/** What is told apart by identity, so that its extent is left as it is. */
export const isLeaf = (u: UOp): boolean => u.op === 'range' || u.op === 'special' || u.op === 'variable'

/** The linear form of any index expression. */
export function linearOf(u: UOp): Linear {
  const facts = canonicalOf(u)
  if (facts.linear !== undefined) return facts.linear
  const node = facts.node
  if (is(node, 'const')) return (facts.linear = constantSum(Number(node.arg)))
  if (node.op === 'add') return (facts.linear = plus(linearOf(node.src[0]), linearOf(node.src[1])))
  if (isTerm(node)) return (facts.linear = scaled(linearOf(node.src[0]), Number(node.src[1].arg)))
  return atomSum(facts)
}

const isTerm = (u: UOp): boolean => u.op === 'mul' && is(u.src[1], 'const')

/** The node with other sources, simplified where it is index arithmetic or logic. */
function rebuild(u: UOp, src: readonly UOp[], known: Knowledge): UOp {
  if (u.dtype === dtypes.bool) return rebuildBool(u, src, known)
  if (u.dtype !== dtypes.index) return withSrc(u, src)
  if (is(u, 'const')) return indexNumber(Number(u.arg))
  const sum = rebuildSum(u, src, known)
  return sum === undefined ? withSrc(u, src) : nodeOfSum(sum).node
}

function rebuildSum(u: UOp, src: readonly UOp[], known: Knowledge): Linear | undefined {
  switch (u.op) {
    case 'add': return plus(linearOf(src[0]), linearOf(src[1]))
    case 'sub': return plus(linearOf(src[0]), linearOf(src[1]), -1)
    case 'neg': return scaled(linearOf(src[0]), -1)
    case 'mul': return times(linearOf(src[0]), linearOf(src[1]))
    case 'mulacc': return plus(times(linearOf(src[0]), linearOf(src[1])), linearOf(src[2]))
    case 'floordiv': return division(linearOf(src[0]), linearOf(src[1]), known, 'quotient')
    case 'floormod': return division(linearOf(src[0]), linearOf(src[1]), known, 'remainder')
    case 'div': case 'mod':
      // Truncating and rounding down are one where nothing is negative.
      if (intervalOf(src[0]).min < 0 || intervalOf(src[1]).min <= 0) return undefined
      return division(linearOf(src[0]), linearOf(src[1]), known, u.op === 'div' ? 'quotient' : 'remainder')
    case 'max': return maximum(linearOf(src[0]), linearOf(src[1]), known)
    case 'where': return linearOf(indexWhere(src[0], src[1], src[2]))
    case 'cast': return linearOf(indexCast(src[0]))
  }
  return undefined
}

/**
 * u with the nodes of `memo` replaced, and everything above them simplified by what is known. `memo` is filled. Nodes
 * for which `keep` holds stay as they are. Deep graphs do not overflow the stack.
 */
export function transformed(u: UOp, memo: Map<UOp, UOp>, keep: (u: UOp) => boolean, known: Knowledge): UOp {
  const root = canonicalOf(u).node
  const stack = [root]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    if (!memo.has(top)) {
      if (keep(top)) memo.set(top, top)
      else {
        const parts = partsOf(top)
        const waiting = parts.filter(p => !memo.has(p))
        if (waiting.length > 0) {
          stack.push(...waiting)
          continue
        }
        memo.set(top, settled(reassembled(top, parts.map(p => memo.get(p) ?? p), known), known))
      }
    }
    stack.pop()
  }
  return memo.get(root) ?? root
}

/** What a canonical node is put together from: the atoms of a sum, the terms of a conjunction or disjunction, or the sources. */
function partsOf(u: UOp): readonly UOp[] {
  if (isSum(u)) return linearOf(u).atoms.map(a => a.node)
  return isJunction(u) ? flat(u, u.op === 'and' ? 'and' : 'or') : u.src
}

const isSum = (u: UOp): boolean => u.dtype === dtypes.index && (u.op === 'add' || isTerm(u))
const isJunction = (u: UOp): boolean => u.dtype === dtypes.bool && (u.op === 'and' || u.op === 'or')

/** The node with other parts. */
function reassembled(u: UOp, parts: readonly UOp[], known: Knowledge): UOp {
  if (isJunction(u)) return u.op === 'and' ? allOf(parts) : anyOf(parts)
  if (!isSum(u)) return rebuild(u, parts, known)
  const { coefs, constant } = linearOf(u)
  return nodeOfSum(parts.reduce((sum, p, i) => plus(sum, linearOf(p), coefs[i]), constantSum(constant))).node
}

/** A constant, if what is known leaves one value only. */
function settled(u: UOp, known: Knowledge): UOp {
  if (known === ALWAYS || u.dtype !== dtypes.index) return u
  const { min, max } = known.interval(linearOf(u))
  return min === max ? indexNumber(min) : u
}

/** The canonical form of an index or bool expression; of another node, the node with the index and bool expressions under it canonical. */
export const simplifyIndex = (u: UOp): UOp => canonicalOf(u).node

/**
 * u with ranges, variables and launch indices replaced, simplified bottom up. Works on any node, for instance a whole
 * kernel. Pass the same `memo` to further calls with the same map, so that shared parts are done once.
 */
export function substituteIndex(u: UOp, map: ReadonlyMap<UOp, UOp>, memo: Map<UOp, UOp> = new Map<UOp, UOp>()): UOp {
  for (const [from, to] of map) memo.set(from, simplifyIndex(to))
  return transformed(u, memo, x => !touches(x, map), ALWAYS)
}

function touches(u: UOp, map: ReadonlyMap<UOp, UOp>): boolean {
  const leaves = leavesOf(u)
  if (leaves.size < map.size) {
    for (const l of leaves) if (map.has(l)) return true
    return false
  }
  for (const from of map.keys()) if (leaves.has(from)) return true
  return false
}
