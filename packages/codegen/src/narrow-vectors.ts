import {
  address, extract, indexAdd, is, isAlu, load, reduce, remake, scan, toposort, uop, vectorize, withSrc,
  type DType, type ScalarName, type UOp,
} from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { isDotGroup } from './lower-dots.js'

/** Splits vector operations that the target has not, into one operation per lane. */
export function narrowVectors(stores: readonly UOp[], capabilities: Capabilities): UOp[] {
  const done = new Map<UOp, UOp>()
  const out = new Map<UOp, readonly UOp[]>()
  const has = (dtype: DType, op?: UOp['op']): boolean => {
    const support = capabilities.dtypes[dtype.scalar.name as ScalarName] // names of data types are the keys
    if (dtype.kind === 'bool') return true // masks: as wide as what they come from
    return support !== undefined && support.lanes.includes(dtype.lanes) && (op === undefined || !isAlu(op) || support.ops.includes(op))
  }
  for (const u of toposort(stores)) {
    const src = u.src.map(s => done.get(s) ?? s)
    const node = u.src.length === 0 ? u : withSrc(u, src)
    if (node.op === 'store') {
      const [to, value, gate] = node.src as readonly [UOp, UOp, UOp?] // a store has an address and a value
      const whole = value.dtype.lanes === 1 || (value.dtype.kind !== 'bool' && has(value.dtype))
      out.set(u, whole ? [node] : lanesOf(value).map((v, i) => uop('store', node.dtype, [elementAt(to, i), v, ...(gate === undefined ? [] : [gate])])))
      done.set(u, node)
    } else if (node.op === 'end') {
      done.set(u, uop('end', node.dtype, u.src.flatMap(s => out.get(s) ?? [done.get(s) ?? s])))
    } else if (repeatsGroup(u, capabilities) || widens(u, capabilities)) {
      const [from] = u.src
      done.set(u, withSrc(u, [withSrc(from, from.src.map(s => done.get(s) ?? s))]))
    } else if (is(node, 'extract') && is(node.src[0], 'vectorize') && !isShuffle(node.src[0])) {
      const { src: lanes } = node.src[0]
      done.set(u, vectorize(node.arg.map(i => lanes[i])))
    } else if (node.dtype.lanes === 1 && !(isAlu(node.op) && src.some(s => s.dtype.lanes > 1))) {
      done.set(u, node)
    } else if (node.op === 'load' && (node.dtype.kind === 'bool' || !has(node.dtype))) {
      done.set(u, vectorize(Array.from({ length: node.dtype.lanes }, (_, i) => scalarLoad(node, i))))
    } else if (is(node, 'reduce') && !has(node.dtype)) {
      done.set(u, vectorize(lanesOf(src[0]).map(v => reduce(node.arg, v, src.slice(1)))))
    } else if (is(node, 'scan') && !has(node.dtype)) {
      done.set(u, vectorize(lanesOf(src[0]).map(v => scan(node.arg, v, src.slice(1)))))
    } else if (isAlu(node.op) && !supported(node)) {
      const n = node.dtype.lanes
      const lanes = src.map(s => (s.dtype.lanes === n ? lanesOf(s) : undefined))
      const one = (i: number): UOp => remake(node, node.dtype.scalar, src.map((s, k) => lanes[k]?.[i] ?? s))
      done.set(u, vectorize(Array.from({ length: n }, (_, i) => one(i))))
    } else done.set(u, node)
  }
  return stores.flatMap(s => out.get(s) ?? [done.get(s) ?? s])

  function supported(u: UOp): boolean {
    if (u.op === 'lt' || u.op === 'eq' || u.op === 'ne') return u.src[0].dtype.kind === 'bool' || has(u.src[0].dtype, u.op)
    if (u.op === 'cast' || u.op === 'bitcast') {
      const from = capabilities.dtypes[u.src[0].dtype.scalar.name as ScalarName]
      if (u.dtype.kind === 'bool' || u.src[0].dtype.kind === 'bool') return false
      const native = u.op === 'bitcast' ? u.src[0].dtype.bits === u.dtype.bits : (from?.castsTo.includes(u.dtype.scalar.name as ScalarName) ?? false)
      return native && has(u.dtype) && has(u.src[0].dtype) && u.src[0].dtype.bits === u.dtype.bits
    }
    return has(u.dtype, u.op)
  }
}

/** Whether the factors of one lane of a dot are loaded as one and repeated for all lanes. */
const repeatsGroup = (u: UOp, capabilities: Capabilities): boolean => u.op === 'extract' && u.dtype.lanes > 1 &&
  u.src[0].op === 'load' && u.src[0].src.length === 1 && isDotGroup(u.src[0].dtype, capabilities)

/** Whether vectors are loaded as wider integers than memory holds. */
const widens = (u: UOp, { widening = [] }: Capabilities): boolean => u.op === 'cast' && u.src[0].op === 'load' && u.src[0].src.length === 1 &&
  widening.some(w => w.from === u.src[0].dtype.scalar.name && w.to === u.dtype.scalar.name && w.lanes.includes(u.dtype.lanes))

/** Lanes of other vectors: putting it together is one instruction, which taking single lanes out would undo. */
const isShuffle = (v: UOp<'vectorize'>): boolean => v.src.every(s => s.op === 'extract')

const lanesOf = (v: UOp): readonly UOp[] =>
  is(v, 'vectorize') ? v.src
  : is(v, 'const') ? Array.from({ length: v.dtype.lanes }, () => uop('const', v.dtype.scalar, [], v.arg))
  : Array.from({ length: v.dtype.lanes }, (_, i) => extract(v, [i]))

const elementAt = (to: UOp, i: number): UOp => address(to.src[0], indexAdd(to.src[1], i))

function scalarLoad(u: UOp, i: number): UOp {
  const [from, alternative, gate] = u.src as readonly [UOp, UOp?, UOp?] // a load has an address
  const gated = gate === undefined || alternative === undefined ? undefined : { gate, alternative: lanesOf(alternative)[i] }
  return load(elementAt(from, i), gated, 1)
}
