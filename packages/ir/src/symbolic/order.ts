import { axisKinds } from '../op.js'
import { argKey, is, type UOp } from '../uop.js'
import { factsOf } from './facts.js'

/*
 * The order of terms and conjuncts comes from the structure of nodes and not from when they were made, so the same
 * kernel is the same text in every process. Ranges come first, by axis; the rest by structural hash.
 */
const OTHERS = { special: 2 ** 44, variable: 2 ** 45, rest: 2 ** 46 }
const AXIS_STEP = 2 ** 16

/** The place of a node among the terms of a sum. */
export function orderKey(u: UOp): number {
  const known = factsOf(u).key
  if (known !== undefined) return known
  const stack = [u]
  for (let top = u; stack.length > 0; top = stack[stack.length - 1]) {
    const before = stack.length
    for (let i = 0; i < top.src.length; i++) if (factsOf(top.src[i]).key === undefined) stack.push(top.src[i])
    if (stack.length > before) continue
    factsOf(top).key ??= keyOf(top)
    stack.pop()
  }
  return factsOf(u).key ?? 0
}

export const inOrder = (a: UOp, b: UOp): number => orderKey(a) - orderKey(b) || a.id - b.id

function keyOf(u: UOp): number {
  let hash = textHash(u.op, 0x811c9dc5)
  hash = textHash(u.dtype.name, hash)
  if (!is(u, 'range')) hash = textHash(argKey(u.arg), hash)
  for (const s of u.src) hash = mix(mix(hash, low(s)), high(s))
  hash >>>= 0
  if (is(u, 'range')) return u.arg.axis * AXIS_STEP + axisKinds.indexOf(u.arg.kind) * 4096 + (hash & 4095)
  if (u.op === 'special') return OTHERS.special + hash
  if (u.op === 'variable') return OTHERS.variable + hash
  return OTHERS.rest + hash
}

const low = (s: UOp): number => (factsOf(s).key ?? 0) | 0
const high = (s: UOp): number => ((factsOf(s).key ?? 0) / 2 ** 32) | 0

/** FNV-1a, a word at a time. */
const mix = (hash: number, word: number): number => {
  const h = Math.imul(hash ^ word, 0x01000193)
  return h ^ (h >>> 15)
}

function textHash(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}
