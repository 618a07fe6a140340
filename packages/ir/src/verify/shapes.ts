import { isInteger } from '../dtype.js'
import { isMovement, type Dim } from '../op.js'
import { elementCount, sameShape, shapeNames, shapeOf, type Shape } from '../shape.js'
import { is, type UOp } from '../uop.js'
import { check, type Check } from './checks.js'

const shown = (s: Shape): string => `[${shapeNames(s).join(', ')}]`
const number = (d: Dim): d is number => typeof d === 'number'
/** Whether axes are distinct and exist. */
const axesOf = (axes: readonly number[], rank: number): boolean => new Set(axes).size === axes.length && axes.every(a => a < rank)

export const shapesAgree = check('same-shape', (u, level) => {
  if (level !== 'tensor') return undefined
  const other = u.src.find(s => !sameShape(shapeOf(s), shapeOf(u.src[0])))
  return other && `the sources have shapes ${shown(shapeOf(u.src[0]))} and ${shown(shapeOf(other))}`
})

/** What each movement op asks of its argument, given its source's shape. Symbolic dimensions are trusted. */
export const movementShape: Check = check('shape', u => {
  const from = shapeOf(u.src[0])
  const rank = from.length
  if (is(u, 'reshape')) {
    const [before, after] = [elementCount(from), elementCount(u.arg)]
    return number(before) && number(after) && before !== after ? `${shown(from)} has ${before} elements and ${shown(u.arg)} has ${after}` : undefined
  }
  if (is(u, 'permute')) return u.arg.length === rank && axesOf(u.arg, rank) ? undefined : `[${u.arg.join(', ')}] does not permute ${rank} axes`
  if (is(u, 'expand')) {
    const fits = u.arg.length === rank && u.arg.every((d, axis) => d === from[axis] || from[axis] === 1)
    return fits ? undefined : `${shown(from)} does not expand to ${shown(u.arg)}`
  }
  if (is(u, 'pad')) return u.arg.length === rank ? undefined : `${u.arg.length} pairs for ${rank} axes`
  if (is(u, 'shrink')) {
    if (u.arg.length !== rank) return `${u.arg.length} pairs for ${rank} axes`
    const axis = u.arg.findIndex(([start, end], a) => (number(start) && number(end) && start > end) || exceeds(end, from[a]))
    return axis < 0 ? undefined : `axis ${axis} of ${shown(from)} cannot be cut so`
  }
  if (is(u, 'flip')) return axesOf(u.arg, rank) ? undefined : `[${u.arg.join(', ')}] are not distinct axes of ${rank}`
  if (is(u, 'shear')) return axesOf([u.arg.axis, u.arg.by], rank) ? undefined : `${u.arg.axis} and ${u.arg.by} are not two axes of ${rank}`
  return isMovement(u.op) ? 'it is not known' : undefined
})

const exceeds = (a: Dim, b: Dim): boolean => number(a) && number(b) && a > b

export const reducedAxes = check('axes', u => {
  const rank = shapeOf(u.src[0]).length
  return is(u, 'reduce_axis') && axesOf(u.arg.axes, rank) ? undefined : `they are not distinct axes of ${rank}`
})

export const scannable = check('scan', u => {
  if (!is(u, 'scan_axis')) return undefined
  const { axis, buckets } = u.arg
  const shape = shapeOf(u)
  if (axis >= shape.length) return `there is no axis ${axis} of ${shape.length}`
  if (u.src.length === 1) return buckets === 0 ? undefined : 'it has buckets and no keys'
  if (buckets === 0) return 'it has keys and no buckets'
  if (!sameShape(shapeOf(u.src[1]), shape)) return `the keys have shape ${shown(shapeOf(u.src[1]))}, not ${shown(shape)}`
  const begin = shape.map((d, i) => (i === axis ? buckets : d))
  if (u.src.length > 2 && (u.src[2].dtype !== u.dtype || !sameShape(shapeOf(u.src[2]), begin))) return `it does not begin with ${u.dtype.name} of shape ${shown(begin)}`
  return integers('keys', u)
})

const integers = (name: string, u: UOp): string | undefined =>
  (isInteger(u.src[1].dtype) && u.src[1].dtype.lanes === 1 ? undefined : `the ${name} are ${u.src[1].dtype.name}`)

export const scatterable = check('scatter', u => {
  if (!is(u, 'scatter') && !is(u, 'place')) return undefined
  const rank = shapeOf(u.src[0]).length
  return u.arg.axis > rank ? `there is no axis ${u.arg.axis} of ${rank}` : integers('positions', u)
})

export const sortable = check('sort', u => {
  if (!is(u, 'sort') && !is(u, 'argsort')) return undefined
  const from = shapeOf(u.src[0])
  if (u.arg.axis >= from.length) return `there is no axis ${u.arg.axis} of ${from.length}`
  return exceeds(u.arg.count, from[u.arg.axis]) ? `axis ${u.arg.axis} of ${shown(from)} has no ${u.arg.count} elements` : undefined
})

export const gatherable = check('gather', u => {
  if (shapeOf(u.src[0]).length === 0) return 'a scalar has no rows'
  const indices = u.src[1].dtype
  return isInteger(indices) && indices.lanes === 1 ? undefined : `the indices are ${indices.name}`
})

export const assignable = check('assign-target', u => {
  let base = u.src[0]
  while (isMovement(base.op) || base.op === 'assign') base = base.src[0]
  return base.op === 'buffer' ? undefined : `it writes into a view of a buffer, not of ${base.op}`
})
