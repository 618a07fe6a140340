import {
  address, binary, constant, constantOf, dtypes, extract, indexAdd, indexConst, is, isAlu, isFloat, isInteger, linearForm, load,
  openRanges, PetagradError, reduce, remake, scan, store, toposort, uop, vector, vectorize, type ReduceAlu, type UOp,
} from '@petagrad/ir'
import { dotTerm, factorsOf } from './dot-product.js'
import { interleavingOf, stepAlong } from './interleave.js'
import { blockStart, rearrangementOf, transpose, unzip, zip } from './rearrange.js'
import { extentOf, rebuild, type Axis, type Nest } from './nest.js'

/** Values of written-out axes. */
type Point = ReadonlyMap<UOp, number>

const written = (r: UOp): boolean => is(r, 'range') && (r.arg.kind === 'unroll' || r.arg.kind === 'group')
const isLane = (r: UOp): boolean => is(r, 'range') && r.arg.kind === 'lane'
const isDot = (r: UOp): boolean => is(r, 'range') && r.arg.kind === 'dot'

/** What is known of a node while its nest is written out. */
interface Expansion {
  /** Written-out axes and lanes that it depends on. */
  readonly axes: readonly Axis[]
  /** Nothing below it is written out: it stands for itself. */
  readonly isFixed: boolean
  /** What it is at a point, by the point's values of `axes` as the digits of a number; an axis without one counts as its extent. */
  readonly values: Map<number, UOp>
}

/** Every combination of values of the axes; the last axis runs fastest. */
function points(axes: readonly Axis[], from: Point = new Map()): Point[] {
  return axes.reduce<Point[]>(
    (all, a) => all.flatMap(p => Array.from({ length: extentOf(a) }, (_, i) => new Map<UOp, number>([...p, [a, i]]))),
    [from],
  )
}

/**
 * Writes out the unrolled axes and turns the lane axis into vector operations. What is left has serial and task axes
 * only. Interning shares whatever does not depend on a written-out axis.
 */
export function expandNest(nest: Nest): UOp[] {
  const known = new Map<UOp, Expansion>()
  const blocks = new Map<string, readonly UOp[]>()
  const position = new Map<UOp, number>(nest.order.map((a, i) => [a, i]))
  const inOrder = (axes: Iterable<UOp>): Axis[] =>
    [...axes].filter((a): a is Axis => is(a, 'range')).sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0))

  const expansionOf = (u: UOp): Expansion => {
    let expansion = known.get(u)
    if (expansion === undefined) {
      const axes: Axis[] = []
      for (const r of openRanges(u)) if (is(r, 'range') && (written(r) || isLane(r) || isDot(r))) axes.push(r)
      known.set(u, (expansion = { axes, isFixed: axes.length === 0 && !hasInner(u), values: new Map() }))
    }
    return expansion
  }
  const axesOf = (u: UOp): readonly Axis[] => expansionOf(u).axes
  const laneOf = (u: UOp, at: Point): Axis | undefined => {
    const lanes = axesOf(u).filter(r => isLane(r) && !at.has(r))
    if (lanes.length > 1) throw new PetagradError('IR_INVALID', 'a value depends on two lane axes')
    return lanes[0]
  }

  /** `u` at a point: a scalar, or a vector over the lane axis that it depends on. */
  const at = (u: UOp, p: Point): UOp => {
    const { axes, isFixed, values } = expansionOf(u)
    if (isFixed) return u
    let key = 0
    for (let i = 0; i < axes.length; i++) {
      const extent = extentOf(axes[i])
      key = key * (extent + 1) + (p.get(axes[i]) ?? extent)
    }
    let value = values.get(key)
    if (value === undefined) values.set(key, (value = evaluate(u, p)))
    return value
  }

  /** Whether a reduction or a staged copy below `u` has axes to write out. */
  const inner = new Map<UOp, boolean>()
  const hasInner = (u: UOp): boolean => {
    const known = inner.get(u)
    if (known !== undefined) return known
    for (const n of toposort(u, x => !inner.has(x))) {
      inner.set(n, inner.get(n) ?? ((n.op === 'range' && (written(n) || isLane(n) || isDot(n))) || n.src.some(s => inner.get(s) === true)))
    }
    return inner.get(u) ?? false
  }

  const evaluate = (u: UOp, p: Point): UOp => {
    if (is(u, 'range')) {
      const value = p.get(u)
      return value === undefined ? u : indexConst(value)
    }
    if (is(u, 'load')) return loadAt(u, p)
    if (is(u, 'reduce')) return reduceAt(u, p)
    if (is(u, 'scan')) return scanAt(u, p)
    if (u.op === 'end') return endAt(u, p)
    const lane = laneOf(u, p)
    if (lane !== undefined && onIndex(u)) return steps(u, p, lane) ?? perLane(u, p, lane)
    const src = u.src.map(s => at(s, p))
    if (lane === undefined || !isAlu(u.op)) return rebuild(u, src)
    return remake(u, vector(u.dtype, extentOf(lane)), src.map(s => splat(s, extentOf(lane))))
  }

  /** An index that moves evenly from lane to lane, as an integer: the first lane's, and a constant for each lane. */
  const steps = (u: UOp, p: Point, lane: Axis): UOp | undefined => {
    if (u.op !== 'cast' || !isInteger(u.dtype) || u.dtype.kind === 'index') return undefined
    const { terms } = linearForm(u.src[0])
    const step = terms.get(lane) ?? 0
    if ([...terms.keys()].some(t => t !== lane && openRanges(t).has(lane))) return undefined
    const lanes = extentOf(lane)
    const away = Array.from({ length: lanes }, (_, i) => constant(constantOf(step * i, u.dtype), u.dtype))
    return binary('add', splat(at(u, new Map([...p, [lane, 0]])), lanes), collect(away))
  }

  const perLane = (u: UOp, p: Point, lane: Axis): UOp =>
    collect(Array.from({ length: extentOf(lane) }, (_, i) => at(u, new Map([...p, [lane, i]]))))

  const loadAt = (u: UOp<'load'>, p: Point): UOp => {
    const lane = laneOf(u, p)
    const [pointer, alternative, gate] = u.src as readonly (UOp | undefined)[]
    if (pointer === undefined) return u
    if (lane !== undefined) {
      const offset = offsetAt(pointer.src[1], p)
      if (!consecutiveAlong(offset, lane) || (gate !== undefined && openRanges(gate).has(lane))) {
        return (gate === undefined ? rearrangedAt(u, p, lane) : undefined) ?? perLane(u, p, lane)
      }
      const first = new Map([...p, [lane, 0]])
      const from = address(at(pointer.src[0], p), at(pointer.src[1], first))
      const lanes = extentOf(lane)
      if (gate === undefined || alternative === undefined) return load(from, undefined, lanes)
      const open = at(gate, p)
      if (is(open, 'const')) return open.arg === true ? load(from, undefined, lanes) : splat(at(alternative, p), lanes)
      return load(from, { gate: open, alternative: splat(at(alternative, p), lanes) }, lanes)
    }
    const from = address(at(pointer.src[0], p), at(pointer.src[1], p))
    if (gate === undefined || alternative === undefined) return load(from)
    const open = at(gate, p)
    if (is(open, 'const')) return open.arg === true ? load(from) : at(alternative, p)
    return load(from, { gate: open, alternative: at(alternative, p) })
  }

  /** A load whose lanes are apart, out of vectors along an axis that is written out. */
  const rearrangedAt = (u: UOp<'load'>, p: Point, lane: Axis): UOp | undefined => {
    const writtenOut = [...p.keys()].filter((a): a is Axis => is(a, 'range') && a !== lane)
    const how = rearrangementOf(u.src[0].src[1], lane, writtenOut)
    const value = how === undefined ? undefined : p.get(how.along)
    if (how === undefined || value === undefined) return undefined
    const lanes = extentOf(lane)
    const start = blockStart(how, lanes, value)
    const key = `${u.id}:${axesOf(u).map(a => (a === how.along ? `from ${start}` : (p.get(a) ?? 'v'))).join()}`
    let block = blocks.get(key)
    if (block === undefined) {
      const from = (row: number, further: number): UOp => {
        const first = new Map([...p, [lane, row], [how.along, start]])
        return load(address(at(u.src[0].src[0], first), indexAdd(at(u.src[0].src[1], first), further)), undefined, lanes)
      }
      block = how.stride === 0
        ? transpose(Array.from({ length: lanes }, (_, row) => from(row, 0)))
        : unzip(Array.from({ length: how.stride }, (_, i) => from(0, i * lanes)))
      blocks.set(key, block)
    }
    return block[value - start]
  }

  /** An offset at a point, its lane axis still in it. */
  const offsetAt = (offset: UOp, p: Point): UOp => {
    const done = new Map<UOp, UOp>()
    for (const n of toposort(offset, x => x.op !== 'load' && !(x.op === 'cast' && x.dtype === dtypes.index))) {
      if (is(n, 'range')) {
        const value = p.get(n)
        done.set(n, value === undefined ? n : indexConst(value))
      } else if (n.op === 'cast') done.set(n, laneOf(n, p) === undefined ? at(n, p) : n)
      else done.set(n, rebuild(n, n.src.map(s => done.get(s) ?? s)))
    }
    return done.get(offset) ?? offset
  }

  const reduceAt = (u: UOp<'reduce'>, p: Point): UOp => {
    const axes = inOrder(u.src.slice(1))
    const dotted = axes.find(a => isDot(a) && extentOf(a) > 1)
    const serial = axes.filter(a => !written(a) && !isLane(a) && !isDot(a))
    const unrolled = axes.filter(a => a.arg.kind === 'unroll' || (isDot(a) && a !== dotted))
    const grouped = axes.filter(a => a.arg.kind === 'group')
    const lane = axes.find(isLane)
    const parts = points(grouped, p).map(g => {
      const terms = points(unrolled, g).map(q => (dotted === undefined ? at(u.src[0], q) : dotAt(u, q, dotted)))
      const wide = Math.max(...terms.map(t => t.dtype.lanes))
      return blockedSum(u.arg, chain(u.arg, terms.map(t => splat(t, wide))), serial)
    })
    const whole = tree(u.arg, parts)
    if (lane === undefined) return whole
    const lanes = Array.from({ length: extentOf(lane) }, (_, i) => extract(splat(whole, extentOf(lane)), [i]))
    return tree(u.arg, lanes)
  }

  /** The products along the dot axis at a point, summed for each lane. */
  const dotAt = (u: UOp<'reduce'>, p: Point, axis: Axis): UOp => {
    const factors = factorsOf(u)
    if (factors === undefined) throw new PetagradError('IR_INVALID', 'a dot axis sums something else than products of integers', { op: 'reduce' })
    const lane = laneOf(u.src[0], p)
    return dotTerm(factors.map(f => alongDot(f, p, axis, lane)), u.dtype, lane === undefined ? 1 : extentOf(lane))
  }

  /** A factor for each lane, the products of a lane side by side. */
  const alongDot = (f: UOp, p: Point, axis: Axis, lane: Axis | undefined): UOp => {
    const [lanes, terms] = [lane === undefined ? 1 : extentOf(lane), extentOf(axis)]
    const [onLane, onDot] = [lane !== undefined && openRanges(f).has(lane), openRanges(f).has(axis)]
    if (!onLane && !onDot) return splat(at(f, p), lanes * terms)
    if (isAlu(f.op) && !onIndex(f) && !f.src.some(onIndex)) {
      return remake(f, vector(f.dtype, lanes * terms), f.src.map(s => alongDot(s, p, axis, lane)))
    }
    const first = new Map([...p, [axis, 0], ...(lane === undefined ? [] : [[lane, 0] as const])])
    if (is(f, 'load') && f.src.length === 1 && onDot) {
      const offset = offsetAt(f.src[0].src[1], p)
      const from = () => address(at(f.src[0].src[0], p), at(f.src[0].src[1], first))
      if (stepAlong(offset, axis) === 1) {
        if (!onLane) {
          const group = load(from(), undefined, terms)
          return lanes === 1 ? group : extract(group, Array.from({ length: lanes * terms }, (_, i) => i % terms))
        }
        if (lane !== undefined && stepAlong(offset, lane) === terms) return load(from(), undefined, lanes * terms)
      }
    }
    return collect(Array.from({ length: lanes * terms }, (_, i) => {
      const one = new Map([...p, [axis, i % terms], ...(lane === undefined ? [] : [[lane, Math.floor(i / terms)] as const])])
      return at(f, one)
    }))
  }

  /** Its own loop is serial; what is written out of the others are scans beside each other. */
  const scanAt = (u: UOp<'scan'>, p: Point): UOp => {
    const lane = laneOf(u, p)
    return scan(u.arg, splat(at(u.src[0], p), lane === undefined ? 1 : extentOf(lane)), u.src.slice(1))
  }

  /** A staged copy: its written-out loops become several stores. */
  const endAt = (u: UOp, p: Point): UOp => {
    const axes = inOrder(u.src.slice(1))
    const serial = axes.filter(a => !written(a) && !isLane(a))
    return uop('end', u.dtype, [...(interleavedAt(u.src[0], axes, p) ?? points(axes.filter(written), p).flatMap(q => storesAt(u.src[0], q))), ...serial])
  }

  /** Stores whose lanes are apart, and whose written-out axis fills what is between them, as stores of whole vectors. */
  const interleavedAt = (s: UOp, axes: readonly Axis[], p: Point): UOp[] | undefined => {
    const lane = laneOf(s, p)
    const [pointer, value, gate] = s.src as readonly (UOp | undefined)[]
    if (lane === undefined || pointer === undefined || value === undefined || gate !== undefined) return undefined
    const along = interleavingOf(pointer.src[1], lane, axes.filter(written))
    if (along === undefined) return undefined
    const lanes = extentOf(lane)
    return points(axes.filter(a => written(a) && a !== along), p).flatMap(q => {
      const values = points([along], q).map(r => splat(at(value, r), lanes))
      const first = new Map([...q, [along, 0], [lane, 0]])
      const start = at(pointer.src[1], first)
      return zip(values).map((v, i) => store(address(at(pointer.src[0], first), indexAdd(start, i * lanes)), v))
    })
  }

  const storesAt = (s: UOp, p: Point): UOp[] => {
    const [pointer, value, gate] = s.src as readonly (UOp | undefined)[]
    if (pointer === undefined || value === undefined) return []
    const lane = laneOf(s, p)
    if (lane === undefined) {
      const to = address(at(pointer.src[0], p), at(pointer.src[1], p))
      return [store(to, at(value, p), gate === undefined ? undefined : at(gate, p))]
    }
    if (!consecutiveAlong(offsetAt(pointer.src[1], p), lane) || gate !== undefined) {
      // The value is computed for all lanes at once, and stored lane by lane.
      const lanes = splat(at(value, p), extentOf(lane))
      return Array.from({ length: extentOf(lane) }, (_, i) => {
        const one = new Map([...p, [lane, i]])
        const to = address(at(pointer.src[0], one), at(pointer.src[1], one))
        return store(to, extract(lanes, [i]), gate === undefined ? undefined : at(gate, one))
      })
    }
    const to = address(at(pointer.src[0], p), at(pointer.src[1], new Map([...p, [lane, 0]])))
    return [store(to, splat(at(value, p), extentOf(lane)))]
  }

  return nest.stores.flatMap(s => points(inOrder(axesOf(s).filter(written))).flatMap(p => storesAt(s, p)))
}

/** Whether the offset grows by one element from lane to lane. */
const consecutiveAlong = (offset: UOp, lane: Axis): boolean => stepAlong(offset, lane) === 1

/** Arithmetic on indices, or a comparison of them: not vectorised, but evaluated lane by lane. */
const onIndex = (u: UOp): boolean =>
  (u.dtype.kind === 'index' && u.dtype.space === undefined) || (isAlu(u.op) && u.src.some(s => s.dtype.kind === 'index' && s.dtype.space === undefined))

/** Scalars as a vector. */
function collect(elements: readonly UOp[]): UOp {
  const first = elements[0]
  return is(first, 'const') && elements.every(e => e === first) ? splat(first, elements.length) : vectorize(elements)
}

function splat(x: UOp, lanes: number): UOp {
  if (x.dtype.lanes === lanes) return x
  if (is(x, 'const')) return constant(x.arg, vector(x.dtype, lanes))
  return uop('vectorize', vector(x.dtype, lanes), Array.from({ length: lanes }, () => x))
}

/** Additions from which a sum is made of partial sums, and how many of those one partial sum should have at least. */
const LONG_SUM = 1024
const PARTIAL_SUM = 32

/**
 * A long sum of floats over several loops adds up the sums of its inner loops: the rounding error then grows with the
 * square roots of both lengths, not with that of their product (Higham 1993, blocked summation).
 */
function blockedSum(op: ReduceAlu, value: UOp, serial: readonly Axis[]): UOp {
  const trips = (axes: readonly Axis[]) => axes.reduce((n, a) => n * extentOf(a), 1)
  const inner = serial.slice(1)
  if (op !== 'add' || !isFloat(value.dtype) || trips(serial) < LONG_SUM || trips(inner) < PARTIAL_SUM) return reduce(op, value, serial)
  return reduce(op, blockedSum(op, value, inner), serial.slice(0, 1))
}

/** a ⊕ b ⊕ c from the left, so that a loop can add them to its accumulator one after another. */
const chain = (op: ReduceAlu, terms: readonly UOp[]): UOp => terms.slice(1).reduce((a, b) => aluOf(op, a, b), terms[0])

/** Pairwise, for few dependent steps. */
function tree(op: ReduceAlu, terms: readonly UOp[]): UOp {
  if (terms.length === 1) return terms[0]
  const half = Math.ceil(terms.length / 2)
  return aluOf(op, tree(op, terms.slice(0, half)), tree(op, terms.slice(half)))
}

const aluOf = (op: ReduceAlu, a: UOp, b: UOp): UOp => uop(op, a.dtype, [a, b])
