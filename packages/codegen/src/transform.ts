import {
  axisKinds, indexAdd, indexFloorDiv, indexFloorMod, indexMin, indexMul, is, openRanges, PetagradError, range, reduce, toposort, uop,
  withSrc, type AxisKind, type UOp,
} from '@petagrad/ir'
import { accumulate, carryingAxes } from './accumulate.js'
import { blockChain } from './block.js'
import { keep } from './keep.js'
import { closedAxes, extentOf, findAxis, nodesOf, replaceAxes, stagingAxes, withKind, type Axis, type LoopNests, type Nest } from './nest.js'
import { keepsScans, scannedAxes } from './scans.js'
import { stage } from './stage.js'

/**
 * A named transformation of one nest. `nest` and `axis` are numbers as the schedule's text shows them; a
 * transformation that makes axes gives them the next free numbers.
 */
export type Step =
  /** axis of extent n becomes axis (n / factor) and, just inside it, a new axis of extent `factor`, which divides n. */
  | { readonly kind: 'split'; readonly nest: number; readonly axis: number; readonly factor: number }
  /** as `split` for a factor that need not divide n: the last tile is moved back inside, and computes some elements again. */
  | { readonly kind: 'cover'; readonly nest: number; readonly axis: number; readonly factor: number }
  /** `outer` and `inner`, which are next to each other, become one new axis. */
  | { readonly kind: 'merge'; readonly nest: number; readonly outer: number; readonly inner: number }
  /** Iterations from `at` on get a loop of their own, a new axis just after; for a reduction, a second reduction. */
  | { readonly kind: 'peel'; readonly nest: number; readonly axis: number; readonly at: number }
  /** All axes, outermost first. */
  | { readonly kind: 'reorder'; readonly nest: number; readonly order: readonly number[] }
  /** How the axis runs: task, unroll, lane, group, or serial again (loop, reduce). */
  | { readonly kind: 'as'; readonly nest: number; readonly axis: number; readonly how: AxisKind }
  /** What is read of argument `slot` inside `axis` is first copied to scratch, packed in the order of the loops, zero padded. */
  | { readonly kind: 'stage'; readonly nest: number; readonly slot: number; readonly axis: number }
  /** What the reduction over `axis` combines is computed once, into scratch, for whoever else in the nest computes the same. */
  | { readonly kind: 'keep'; readonly nest: number; readonly axis: number }
  /** Partial results for the output axes from `over` on stay in scratch, and reductions run around them as far as `axis`. */
  | { readonly kind: 'accumulate'; readonly nest: number; readonly axis: number; readonly over: number }
  /** The nests of the chain that `nest` is in run for `size` iterations of the shared loop `axis` at a time. */
  | { readonly kind: 'block'; readonly nest: number; readonly axis: number; readonly size: number }

/** Applies one step. Steps that would change the result are refused with INVALID_ARGUMENT. */
export function applyStep(state: LoopNests, step: Step): LoopNests {
  const nest = state.nests[step.nest] as Nest | undefined
  if (nest === undefined) return refuse(`there is no nest ${step.nest}`)
  const put = (changed: Nest, newAxes: number): LoopNests => ({
    chains: state.chains,
    nests: state.nests.map((n, i) => (i === step.nest ? changed : n)),
    nextAxis: state.nextAxis + newAxes,
  })
  const putStaged = (name: string, { nest: staged, newAxes }: { readonly nest: Nest; readonly newAxes: number }): LoopNests => {
    const writtenOut = [...stagingAxes(staged)].find(a => is(a, 'range') && ['unroll', 'lane', 'group'].includes(a.arg.kind))
    if (writtenOut !== undefined) refuse(`${name}: what is made in scratch would be written out, and its scratch shared`)
    return put(staged, newAxes)
  }
  switch (step.kind) {
    case 'block': return blockChain(state, step.nest, step.axis, step.size)
    case 'split': return put(split(nest, findAxis(nest, step.axis), step.factor, state.nextAxis), 1)
    case 'cover': return put(cover(nest, findAxis(nest, step.axis), step.factor, state.nextAxis), 1)
    case 'merge': return put(merge(nest, findAxis(nest, step.outer), findAxis(nest, step.inner), state.nextAxis), 1)
    case 'peel': {
      const { nest: peeled, newAxes } = peel(nest, findAxis(nest, step.axis), step.at, state.nextAxis)
      return put(peeled, newAxes)
    }
    case 'reorder': return put(reorder(nest, step.order), 0)
    case 'as':
      if (step.how === 'task' && state.chains.some(c => c.first <= step.nest && step.nest < c.end)) {
        refuse('task: the tasks of a chain are its shared loops')
      }
      return put(setKind(nest, findAxis(nest, step.axis), step.how), 0)
    case 'stage': return putStaged('stage', stage(nest, step.slot, findAxis(nest, step.axis), state.nextAxis))
    case 'keep': return putStaged('keep', keep(nest, findAxis(nest, step.axis), state.nextAxis))
    case 'accumulate': return putStaged('accumulate', accumulate(nest, findAxis(nest, step.axis), findAxis(nest, step.over), state.nextAxis))
  }
}

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', why)
}

/** What an axis belongs to: the output, a reduction, a staged copy, or an output that is made in its order. */
function roleOf(nest: Nest, axis: Axis): 'output' | 'reduction' | 'copy' | 'scan' {
  if (scannedAxes(nest).has(axis)) return 'scan'
  if (closedAxes(nest, 'reduce').has(axis)) return 'reduction'
  return closedAxes(nest, 'end').has(axis) ? 'copy' : 'output'
}

function split(nest: Nest, axis: Axis, factor: number, fresh: number): Nest {
  const extent = extentOf(axis)
  if (!is(axis.src[0], 'const') || factor < 1 || extent % factor !== 0) {
    return refuse(`split: ${factor} does not divide the extent ${extent} of axis ${axis.arg.axis}; peel the rest first`)
  }
  const outer = range(extent / factor, axis.arg.axis, axis.arg.kind)
  const inner = range(factor, fresh, roleOf(nest, axis) === 'reduction' ? 'reduce' : 'loop')
  const value = indexAdd(indexMul(outer, factor), inner)
  return {
    stores: replaceAxes(nest.stores, new Map([[axis, value]]), new Map([[axis, [outer, inner]]])),
    order: nest.order.flatMap(a => (a === axis ? [outer, inner] : [a])),
  }
}

/** Elements of an overlap are computed twice, to the same values: that needs inputs that no store of the nest changes. */
function cover(nest: Nest, axis: Axis, factor: number, fresh: number): Nest {
  const extent = extentOf(axis)
  if (!is(axis.src[0], 'const') || factor < 1 || factor > extent) return refuse(`cover: no ${factor} fit in axis ${axis.arg.axis} of extent ${extent}`)
  if (roleOf(nest, axis) === 'reduction') refuse(`cover: axis ${axis.arg.axis} belongs to a reduction, which would count an overlap twice`)
  if (roleOf(nest, axis) === 'output' && updatesInPlace(nest)) refuse('cover: the nest reads what it stores')
  if (roleOf(nest, axis) === 'scan') refuse(`cover: axis ${axis.arg.axis} is met in order, and would meet an overlap twice`)
  const outer = range(Math.ceil(extent / factor), axis.arg.axis, axis.arg.kind)
  const inner = range(factor, fresh, 'loop')
  const first = indexMin(indexMul(outer, factor), extent - factor)
  return {
    stores: replaceAxes(nest.stores, new Map([[axis, indexAdd(first, inner)]]), new Map([[axis, [outer, inner]]])),
    order: nest.order.flatMap(a => (a === axis ? [outer, inner] : [a])),
  }
}

/** Whether an array is both loaded and stored. */
export function updatesInPlace(nest: Nest): boolean {
  const nodes = nodesOf(nest)
  const pointers = (op: 'load' | 'store') => nodes.filter(u => u.op === op).map(u => u.src[0].src[0])
  const stored = new Set(pointers('store'))
  return pointers('load').some(p => stored.has(p))
}

function merge(nest: Nest, outer: Axis, inner: Axis, fresh: number): Nest {
  const at = nest.order.indexOf(outer)
  if (nest.order[at + 1] !== inner || outer.arg.kind !== inner.arg.kind) {
    return refuse(`merge: axis ${inner.arg.axis} is not just inside axis ${outer.arg.axis}, or runs otherwise`)
  }
  if (!loopTogether(nest, outer, inner)) refuse(`merge: something is done inside axis ${outer.arg.axis} but not inside axis ${inner.arg.axis}`)
  const both = range(extentOf(outer) * extentOf(inner), fresh, outer.arg.kind)
  const map = new Map<UOp, UOp>([[outer, indexFloorDiv(both, extentOf(inner))], [inner, indexFloorMod(both, extentOf(inner))]])
  const closed = new Map<UOp, readonly UOp[]>([[outer, [both]], [inner, []]])
  return { stores: replaceAxes(nest.stores, map, closed), order: nest.order.flatMap(a => (a === outer ? [both] : a === inner ? [] : [a])) }
}

/** Whether every store, reduction and copy is inside both loops, or around both, or closes both. */
export function loopTogether(nest: Nest, a: Axis, b: Axis): boolean {
  return nodesOf(nest).every(u => {
    if (u.op !== 'reduce' && u.op !== 'end' && u.op !== 'store' && u.op !== 'scan') return true
    const open = openRanges(u)
    return open.has(a) === open.has(b) && u.src.includes(a) === u.src.includes(b)
  })
}

function peel(nest: Nest, axis: Axis, at: number, fresh: number): { readonly nest: Nest; readonly newAxes: number } {
  const extent = extentOf(axis)
  if (!is(axis.src[0], 'const') || at <= 0 || at >= extent) {
    return refuse(`peel: ${at} is not inside axis ${axis.arg.axis} of extent ${extent}`)
  }
  const head = range(at, axis.arg.axis, axis.arg.kind)
  const rest = range(extent - at, fresh, axis.arg.kind)
  const toHead = new Map<UOp, UOp>([[axis, head]])
  const toRest = new Map<UOp, UOp>([[axis, indexAdd(rest, at)]])
  const role = roleOf(nest, axis)
  if (role === 'scan') refuse('peel: a scan is made whole')
  if (role === 'copy') return peelCopy(nest, axis, head, rest, at)
  if (role === 'output') {
    const stores = nest.stores.flatMap(s => (openRanges(s).has(axis) ? [toHead, toRest].map(map => replaceAxes([s], map)[0]) : [s]))
    return { nest: { stores, order: nest.order.flatMap(a => (a === axis ? [head, rest] : [a])) }, newAxes: 1 }
  }
  // reduce(x, r) → reduce(x, head) ⊕ reduce(x, rest); the second is a loop nest of its own, so its other axes are new too.
  const beside = new Map<UOp, Axis>()
  for (const u of nodesOf(nest)) {
    if (u.op !== 'reduce' || !u.src.includes(axis)) continue
    for (const r of u.src.slice(1)) {
      if (is(r, 'range') && r !== axis && !beside.has(r)) beside.set(r, range(r.src[0], fresh + 1 + beside.size, r.arg.kind))
    }
  }
  const restOf = new Map<UOp, UOp>([...toRest, ...beside])
  const done = new Map<UOp, UOp>()
  for (const u of nodesOf(nest)) {
    const src = u.src.map(s => done.get(s) ?? s)
    if (is(u, 'reduce') && u.src.includes(axis)) {
      const ranges = u.src.slice(1)
      const first = reduce(u.arg, replaceAxes([src[0]], toHead)[0], ranges.map(x => (x === axis ? head : x)))
      const second = reduce(u.arg, replaceAxes([src[0]], restOf)[0], ranges.map(x => (x === axis ? rest : (beside.get(x) ?? x))))
      done.set(u, uop(u.arg, u.dtype, [first, second]))
    } else done.set(u, u.src.length === 0 ? u : withSrc(u, src))
  }
  return {
    nest: {
      stores: nest.stores.map(s => done.get(s) ?? s),
      order: [...nest.order.map(a => (a === axis ? head : a)), ...nest.order.flatMap(a => (a === axis ? [rest] : (beside.get(a) ?? [])))],
    },
    newAxes: 1 + beside.size,
  }
}

/** after(m, end(s, r)) → after(m, end(s, head), end(s, rest)); the second is a loop nest of its own, as that of a reduction is. */
function peelCopy(nest: Nest, axis: Axis, head: Axis, rest: Axis, at: number): { readonly nest: Nest; readonly newAxes: number } {
  const nodes = nodesOf(nest)
  const copies = nodes.filter(u => u.op === 'end' && u.src.includes(axis))
  for (const u of nodes) {
    if (!u.src.some(s => copies.includes(s))) continue
    const memory = u.src[0]
    const copied = (s: UOp): boolean => s.op === 'end' && s.src[0].op === 'store' && !toposort([s.src[0].src[1]]).includes(memory)
    const plain = u.op === 'after' && memory.op === 'scratch' && u.src.slice(1).every(copied)
    if (!plain) return refuse(`peel: what axis ${axis.arg.axis} fills is updated`)
  }
  const closed = new Set(copies.flatMap(u => u.src.slice(1)))
  const beside = new Map<UOp, Axis>()
  for (const a of nest.order) if (a !== axis && closed.has(a)) beside.set(a, range(a.src[0], rest.arg.axis + 1 + beside.size, a.arg.kind))
  const part = (copy: UOp, body: ReadonlyMap<UOp, UOp>, ranges: ReadonlyMap<UOp, UOp>): UOp =>
    uop('end', copy.dtype, [replaceAxes([copy.src[0]], body)[0], ...copy.src.slice(1).map(r => ranges.get(r) ?? r)])
  const parts = new Map(copies.map(copy => [copy, [
    part(copy, new Map([[axis, head]]), new Map([[axis, head]])),
    part(copy, new Map<UOp, UOp>([[axis, indexAdd(rest, at)], ...beside]), new Map<UOp, UOp>([[axis, rest], ...beside])),
  ]]))
  const whole = nodes.filter(u => u.op === 'after' && u.src.some(s => parts.has(s)))
  const inParts = new Map(whole.map(u => [u, withSrc(u, u.src.flatMap(s => parts.get(s) ?? [s]))]))
  const last = nest.order.findLastIndex(a => closed.has(a))
  const added = nest.order.flatMap(a => (a === axis ? [rest] : (beside.get(a) ?? [])))
  return {
    nest: {
      stores: replaceAxes(nest.stores, inParts),
      order: nest.order.flatMap((a, i) => [a === axis ? head : a, ...(i === last ? added : [])]),
    },
    newAxes: 1 + beside.size,
  }
}

function reorder(nest: Nest, axes: readonly number[]): Nest {
  const order = axes.map(n => findAxis(nest, n))
  if (new Set(order).size !== nest.order.length) {
    return refuse(`reorder: ${axes.join(' ')} does not name every axis of ${nest.order.map(a => a.arg.axis).join(' ')} once`)
  }
  if (!keepsScans(nest, order)) refuse(`reorder: in ${axes.join(' ')} a scan does not meet its elements in their order`)
  return { stores: nest.stores, order }
}

/** How an axis of each role may run. */
const kindsOf: Readonly<Record<ReturnType<typeof roleOf>, readonly AxisKind[]>> = {
  output: ['loop', 'task', 'lane', 'unroll'],
  reduction: ['reduce', 'lane', 'unroll', 'group'],
  copy: ['loop', 'lane', 'unroll'],
  scan: ['loop'],
}

function setKind(nest: Nest, axis: Axis, how: AxisKind): Nest {
  const role = roleOf(nest, axis)
  if (!kindsOf[role].includes(how)) refuse(`${how}: axis ${axis.arg.axis} belongs to ${role === 'output' ? 'the output' : `a ${role}`}`)
  if ((how === 'unroll' || how === 'lane' || how === 'group') && stagingAxes(nest).has(axis)) {
    return refuse(`${how}: a staged copy is made for every iteration of axis ${axis.arg.axis}`)
  }
  if ((how === 'unroll' || how === 'lane' || how === 'group') && carryingAxes(nest).has(axis)) {
    return refuse(`${how}: iterations of axis ${axis.arg.axis} add to what the ones before have left`)
  }
  const changed = withKind(axis, how)
  return { stores: replaceAxes(nest.stores, new Map([[axis, changed]])), order: nest.order.map(a => (a === axis ? changed : a)) }
}

/** Prints as `parseSchedule` reads: one step a line. */
export function printStep(s: Step): string {
  switch (s.kind) {
    case 'split': return `${s.nest}: split ${s.axis} by ${s.factor}`
    case 'cover': return `${s.nest}: cover ${s.axis} by ${s.factor}`
    case 'merge': return `${s.nest}: merge ${s.outer} ${s.inner}`
    case 'peel': return `${s.nest}: peel ${s.axis} at ${s.at}`
    case 'reorder': return `${s.nest}: reorder ${s.order.join(' ')}`
    case 'as': return `${s.nest}: ${s.how} ${s.axis}`
    case 'stage': return `${s.nest}: stage ${s.slot} at ${s.axis}`
    case 'keep': return `${s.nest}: keep ${s.axis}`
    case 'accumulate': return `${s.nest}: accumulate ${s.axis} over ${s.over}`
    case 'block': return `${s.nest}: block ${s.axis} by ${s.size}`
  }
}

const isKind = (word: string): word is AxisKind => (axisKinds as readonly string[]).includes(word) // widened to compare

/** Reads a schedule; IR_PARSE names the line that is not a step. */
export function parseSchedule(text: string): Step[] {
  return text.split('\n').map(l => l.trim()).filter(l => l.length > 0).map((line): Step => {
    const words = /^(\d+): ([a-z]+) ([\da-z ]+)$/.exec(line)
    const numbers = (words?.[3].match(/\d+/g) ?? []).map(Number)
    if (words === null || numbers.length === 0) throw new PetagradError('IR_PARSE', `not a schedule step: ${line.slice(0, 80)}`)
    const nest = Number(words[1])
    const [a, b] = numbers
    const how = words[2]
    if (how === 'split' && numbers.length === 2) return { kind: 'split', nest, axis: a, factor: b }
    if (how === 'cover' && numbers.length === 2) return { kind: 'cover', nest, axis: a, factor: b }
    if (how === 'merge' && numbers.length === 2) return { kind: 'merge', nest, outer: a, inner: b }
    if (how === 'peel' && numbers.length === 2) return { kind: 'peel', nest, axis: a, at: b }
    if (how === 'reorder') return { kind: 'reorder', nest, order: numbers }
    if (how === 'keep' && numbers.length === 1) return { kind: 'keep', nest, axis: a }
    if (how === 'accumulate' && numbers.length === 2) return { kind: 'accumulate', nest, axis: a, over: b }
    if (how === 'block' && numbers.length === 2) return { kind: 'block', nest, axis: a, size: b }
    if (how === 'stage' && numbers.length === 2) return { kind: 'stage', nest, slot: a, axis: b }
    if (isKind(how) && numbers.length === 1) return { kind: 'as', nest, axis: a, how }
    throw new PetagradError('IR_PARSE', `not a schedule step: ${line.slice(0, 80)}`)
  })
}
