import { extract, linearForm, openRanges, vectorize, type UOp } from '@petagrad/ir'
import { extentOf, type Axis } from './nest.js'

/** Bytes within which lanes trade places in one instruction on every target with vectors. */
const GROUP_BYTES = 16

/** How a load that is not consecutive along the lanes is made of ones that are, over another axis that is written out. */
export interface Rearrangement {
  /** The axis along which the load is consecutive. */
  readonly along: Axis
  /** Elements from one lane to the next. */
  readonly stride: number
}

/**
 * The written-out axis that makes whole vectors of a load with these lanes: every element of the vectors is one that
 * the nest reads, so nothing outside of the operand is touched.
 *
 * Either the lanes lie `stride` = 2 or 4 apart and the axis runs over what is between them (x[2i], x[2i + 1]), or the
 * lanes are rows and the axis runs along them (a transposition).
 */
export function rearrangementOf(offset: UOp, lane: Axis, writtenOut: readonly Axis[]): Rearrangement | undefined {
  const { terms } = linearForm(offset)
  const stride = terms.get(lane)
  const lanes = extentOf(lane)
  if (stride === undefined || stride < 2) return undefined
  const alone = (a: Axis) => [...terms.keys()].every(t => t === a || !openRanges(t).has(a))
  if (!alone(lane)) return undefined
  const along = writtenOut.find(a => terms.get(a) === 1 && alone(a) && (stride <= 4 ? extentOf(a) >= stride : extentOf(a) % lanes === 0))
  if (along === undefined || stride === 3) return undefined
  return { along, stride: stride <= 4 ? stride : 0 }
}

/** First of the block of the axis's values that one set of vectors covers. */
export function blockStart({ along, stride }: Rearrangement, lanes: number, value: number): number {
  return stride === 0 ? value - (value % lanes) : Math.min(value - (value % stride), extentOf(along) - stride)
}

/** Every `rows.length`th lane of the vectors in a row, beginning with lane 0, 1, …; a power of two of vectors. */
export function unzip(rows: readonly UOp[], chunk = 1): readonly UOp[] {
  if (rows.length === 1) return rows
  const lanes = rows[0].dtype.lanes
  const chunks = (first: number): number[] =>
    Array.from({ length: lanes }, (_, l) => (2 * Math.floor(l / chunk) + first) * chunk + (l % chunk))
  const halves = [0, 1].map(first => {
    const picked: UOp[] = []
    for (let i = 0; i < rows.length; i += 2) picked.push(pick(rows[i], rows[i + 1], chunks(first)))
    return unzip(picked, chunk)
  })
  return halves[0].flatMap((even, i) => [even, halves[1][i]])
}

/** What `unzip` undoes: the first lanes of all vectors, then their second lanes, and so on; a power of two of vectors. */
export function zip(rows: readonly UOp[]): readonly UOp[] {
  if (rows.length === 1) return rows
  const lanes = rows[0].dtype.lanes
  const half = rows.length / 2
  // Vectors that are half of them apart first: each result then holds every other lane of what the next step makes.
  const pairs = rows.slice(0, half).map((r, i) => [0, 1].map(part => pick(r, rows[half + i], interleaved(lanes, lanes, 1, part))))
  return [0, 1].flatMap(part => zip(pairs.map(p => p[part])))
}

/**
 * Rows to columns; as many vectors as lanes, a power of two. First within groups of 16 bytes, where x86 has single
 * instructions, then whole groups.
 */
export function transpose(rows: readonly UOp[]): readonly UOp[] {
  const lanes = rows.length
  const group = Math.min(lanes, GROUP_BYTES / (rows[0].dtype.bits / 8))
  const bands: (readonly UOp[])[] = []
  for (let r = 0; r < lanes; r += group) bands.push(withinGroups(rows.slice(r, r + group), group))
  const columns: UOp[] = []
  const byColumn = Array.from({ length: group }, (_, c) => unzip(bands.map(b => b[c]), group))
  for (let g = 0; g < lanes / group; g++) for (let c = 0; c < group; c++) columns.push(byColumn[c][g])
  return columns
}

/** Transposes each group of as many lanes as there are rows: result c has column c of every group. */
function withinGroups(rows: readonly UOp[], group: number): readonly UOp[] {
  if (rows.length === 1) return rows
  const half = rows.length / 2
  const [upper, lower] = [withinGroups(rows.slice(0, half), group), withinGroups(rows.slice(half), group)]
  return upper.flatMap((u, i) => [0, 1].map(part => pick(u, lower[i], interleaved(u.dtype.lanes, group, half, part))))
}

/** Chunks of the lower or upper half of each group, in turn from two vectors. */
function interleaved(lanes: number, group: number, chunk: number, part: number): number[] {
  return Array.from({ length: lanes }, (_, l) => {
    const inGroup = l % group
    const source = Math.floor(inGroup / chunk) % 2
    const at = Math.floor(inGroup / (2 * chunk)) * chunk + (inGroup % chunk)
    return source * lanes + (l - inGroup) + (part * group) / 2 + at
  })
}

const pick = (a: UOp, b: UOp, lanes: readonly number[]): UOp => {
  const n = a.dtype.lanes
  return vectorize(lanes.map(l => extract(l < n ? a : b, [l % n])))
}
