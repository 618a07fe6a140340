import { binary, cast, dtypes, is, shapeOf, toposort, uop, where, withSrc, type DType, type UOp } from '@petagrad/ir'
import { digitsOf, keyOf, lastInOrder, priorityDType, priorityOf } from './sort-keys.js'
import { permute, positions, reshape, splat } from './views.js'

/** Up to so many elements a line is sorted by counting, for each element, those that come before it. */
const COUNTED = 128
/** So few elements, and so small a part of a line, are looked for one after another. */
const MOST_SELECTED = 32
const SELECTED_PART = 8
const LONGEST_SELECTED = 1 << 16
const LEAST_BLOCK = 8
/** Lines of at least so many elements are sorted by wide digits: fewer passes, larger tables. */
const LONG_LINE = 1 << 15
const WIDE_DIGIT = 11
const NARROW_DIGIT = 8
/** Fewer lines than this are cut into chunks, so that all cores have something to do. */
const CHUNKS = 16

/** A line's elements in order, and where they came from: [lines, count]. */
interface Sorted {
  readonly values: UOp
  readonly indices: UOp
}

/** Sorts become what they are made of: counting, running sums and placing. */
export function expandSorts(sink: UOp): UOp {
  const done = new Map<UOp, UOp>()
  const made = new Map<string, Sorted>()
  for (const u of toposort(sink)) {
    const rebuilt = u.src.length === 0 ? u : withSrc(u, u.src.map(s => done.get(s) ?? s))
    done.set(u, is(rebuilt, 'sort') || is(rebuilt, 'argsort') ? expanded(rebuilt, made) : rebuilt)
  }
  return done.get(sink) ?? sink
}

function expanded(u: UOp<'sort'> | UOp<'argsort'>, made: Map<string, Sorted>): UOp {
  const { axis, descending, count } = u.arg
  const x = u.src[0]
  const shape = shapeOf(x).map(Number)
  const others = shape.map((_, i) => i).filter(i => i !== axis)
  const outer = others.map(i => shape[i])
  const lines = reshape(permute(x, [...others, axis]), [outer.reduce((a, b) => a * b, 1), shape[axis]])
  const key = `${lines.id} ${descending} ${count}`
  const sorted = made.get(key) ?? sortLines(lines, descending, count)
  made.set(key, sorted)
  const result = is(u, 'sort') ? sorted.values : sorted.indices
  const back = shape.map((_, i) => (i === axis ? others.length : i < axis ? i : i - 1))
  return permute(reshape(result, [...outer, count]), back)
}

function sortLines(x: UOp, descending: boolean, count: number): Sorted {
  const [lines, length] = shapeOf(x).map(Number)
  if (length <= 1 || lines === 0 || count === 0) {
    const first = (u: UOp): UOp => uop('shrink', u.dtype, [u], [[0, lines], [0, count]])
    return { values: first(x), indices: first(splat(0, dtypes.i32, [lines, length])) }
  }
  const dtype = priorityDType(x.dtype)
  if (dtype !== undefined && count <= MOST_SELECTED && count * SELECTED_PART <= length) {
    const chunks = lines < CHUNKS && length >= LONG_LINE ? Math.max(CHUNKS, Math.ceil(length / LONGEST_SELECTED)) : 1
    if (chunks > 1 && chunks <= CHUNKS ** 2) return selectFromChunks(x, descending, count, chunks)
    if (length <= LONGEST_SELECTED) return select(x, dtype, descending, count)
  }
  return length <= COUNTED ? sortByCounting(x, descending, count) : sortByDigits(x, descending, count)
}

/** Lines that are selected from are looked through in blocks, about as many as a block has elements. */
export function selectionBlock(length: number): number {
  return Math.max(LEAST_BLOCK, 2 ** Math.round(Math.log2(length) / 2))
}

/** The first few, one after another. The line is padded to whole blocks by priorities that are never looked for. */
function select(x: UOp, dtype: DType, descending: boolean, count: number): Sorted {
  const length = Number(shapeOf(x)[1])
  const block = selectionBlock(length)
  const size = Math.ceil(length / block) * block
  const priority = priorityOf(x, dtype, descending)
  const padded = size === length ? priority : uop('pad', dtype, [priority], [[0, 0], [0, size - length]])
  const indices = uop('argsort', dtypes.i32, [padded], { axis: 1, descending: true, count })
  return { values: elementsOf(x, indices), indices }
}

/** The first few of each chunk, then the first of those: among equal ones, those of earlier chunks stand earlier. */
function selectFromChunks(x: UOp, descending: boolean, count: number, chunks: number): Sorted {
  const [lines, length] = shapeOf(x).map(Number)
  const size = Math.ceil(length / chunks)
  const first = sortLines(reshape(lengthened(x, chunks * size, descending), [lines * chunks, size]), descending, count)
  const shape = [lines, chunks, count]
  const start = binary('mul', positions(1, shape), splat(size, dtypes.i32, shape))
  const from = uop('contiguous', dtypes.i32, [reshape(binary('add', start, reshape(first.indices, shape)), [lines, chunks * count])])
  const { values, indices } = sortLines(uop('contiguous', x.dtype, [reshape(first.values, [lines, chunks * count])]), descending, count)
  return { values, indices: elementsOf(from, indices) }
}

/** x[line, indices[line, i]] */
function elementsOf(x: UOp, indices: UOp): UOp {
  const [lines, length] = shapeOf(x).map(Number)
  const start = binary('mul', positions(0, shapeOf(indices)), splat(length, dtypes.i32, shapeOf(indices)))
  return uop('gather', x.dtype, [reshape(x, [lines * length]), binary('add', start, indices)])
}

/** An element's position is the number of those before it: smaller ones, and equal ones further left. */
function sortByCounting(x: UOp, descending: boolean, count: number): Sorted {
  const [lines, length] = shapeOf(x).map(Number)
  const square = [lines, length, length]
  const key = uop('contiguous', keyOf(x, descending).dtype, [keyOf(x, descending)])
  const mine = uop('expand', key.dtype, [reshape(key, [lines, length, 1])], square)
  const other = uop('expand', key.dtype, [reshape(key, [lines, 1, length])], square)
  const left = binary('lt', positions(2, square), positions(1, square))
  const before = binary('or', binary('lt', other, mine), binary('and', binary('eq', other, mine), left))
  const counted = where(before, splat(1, dtypes.i32, square), splat(0, dtypes.i32, square))
  const rank = reshape(uop('reduce_axis', dtypes.i32, [counted], { alu: 'add', axes: [2] }), [lines, length])
  const at = uop('contiguous', dtypes.i32, [rank])
  const placed = (u: UOp): UOp => uop('place', u.dtype, [u, at], { axis: 1, size: count })
  return { values: placed(x), indices: placed(positions(1, [lines, length])) }
}

/**
 * Radix sort from the last digit: each pass counts the digits of every chunk, adds up where each digit of each chunk
 * begins, and puts the elements there in their order.
 */
function sortByDigits(x: UOp, descending: boolean, count: number): Sorted {
  const [lines, length] = shapeOf(x).map(Number)
  const { passes, bits } = digitsOf(x.dtype, length >= LONG_LINE ? WIDE_DIGIT : NARROW_DIGIT)
  const buckets = 2 ** bits
  const chunks = chunksOf(lines, length, buckets)
  const size = Math.ceil(length / chunks)
  const cut = (u: UOp): UOp => reshape(u, [lines, chunks, size])
  let values = cut(lengthened(x, chunks * size, descending))
  let indices = cut(positions(1, [lines, chunks * size]))
  for (let pass = 0; pass < passes; pass++) {
    const key = keyOf(values, descending)
    const shifted = pass === 0 ? key : binary('shr', key, splat(pass * bits, key.dtype, shapeOf(key)))
    const digit = cast('cast', binary('and', shifted, splat(buckets - 1, key.dtype, shapeOf(key))), dtypes.i32)
    const ones = splat(1, dtypes.i32, shapeOf(digit))
    const counts = uop('scatter', dtypes.i32, [ones, digit], { alu: 'add', axis: 2, size: buckets })
    const inOrder = reshape(permute(counts, [0, 2, 1]), [lines, buckets * chunks])
    const upTo = uop('scan_axis', dtypes.i32, [inOrder], { alu: 'add', axis: 1, buckets: 0 })
    const begins = permute(reshape(binary('sub', upTo, inOrder), [lines, buckets, chunks]), [0, 2, 1])
    const upToMine = uop('scan_axis', dtypes.i32, [ones, digit, begins], { alu: 'add', axis: 2, buckets })
    const at = binary('sub', upToMine, ones)
    const last = pass === passes - 1
    const placed = (u: UOp): UOp => uop('place', u.dtype, [u, at], { axis: 1, size: last ? count : chunks * size })
    values = last ? placed(values) : cut(placed(values))
    indices = last ? placed(indices) : cut(placed(indices))
  }
  return { values, indices }
}

function chunksOf(lines: number, length: number, buckets: number): number {
  const most = Math.min(Math.ceil(CHUNKS / lines), Math.floor(length / (2 * buckets)))
  for (let n = most; n > 1 && n >= most / 2; n--) if (length % n === 0) return n
  return Math.max(1, most)
}

/** A line with elements added at its end that stay there: sorting is stable, and nothing comes after them. */
function lengthened(x: UOp, length: number, descending: boolean): UOp {
  const [lines, own] = shapeOf(x).map(Number)
  if (own === length) return x
  const shape = [lines, length]
  const longer = uop('pad', x.dtype, [x], [[0, 0], [0, length - own]])
  return where(binary('lt', positions(1, shape), splat(own, dtypes.i32, shape)), longer, splat(lastInOrder(x.dtype, descending), x.dtype, shape))
}
