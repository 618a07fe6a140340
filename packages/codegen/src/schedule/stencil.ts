import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, gateMoves, moves, strideOf, type Access } from '../access.js'
import { closedAxes, extentOf, isFixed, product, reducedAxes, stagingAxes, type Axis, type Nest } from '../nest.js'
import { soleLoad, stagedBytes, tileOf } from '../stage.js'
import { updatesInPlace } from '../transform.js'
import type { NestBuilder } from './builder.js'
import { copyInVectors, widestOf } from './copies.js'
import { assignTasks } from './order.js'
import { laneWidths, SMALL_WINDOW } from './tile-search.js'

/** Elements of a window that are written out. */
const WINDOW = 64
/** Registers for each of the rows that are made at once: neighbours in a window share most of what they read. */
const REGISTERS_PER_ROW = 8
/** Rows of a part of an image that tasks share. */
const ROWS_OF_TASK = 16

/** Windows that slide over an operand: depthwise convolution, pooling, blur. */
interface Stencil {
  /** Along which results and operands are consecutive. */
  readonly lane: Axis
  /** The axis whose neighbours share most of their windows. */
  readonly row: Axis
  readonly outer: readonly Axis[]
  /** Loads behind bounds checks that move with the windows: copied, filled up, so that windows need no check. */
  readonly checked: readonly { readonly slot: number; readonly access: Access }[]
}

/**
 * Sliding windows: vectors along a row, a few rows at once, the whole window written out; an operand with bounds checks is
 * copied first, with a margin. False where the nest is none.
 */
export function scheduleStencil(nest: NestBuilder, capabilities: Capabilities): boolean {
  const stencil = nest.isLink ? undefined : stencilOf(nest.current, capabilities)
  if (stencil === undefined) return false
  const widths = laneWidths(nest.current, capabilities)
  const width = widestOf(widths, extentOf(stencil.lane))
  if (width === undefined) return false
  const number = (a: Axis): number => a.arg.axis
  const [lane, row] = [number(stencil.lane), number(stencil.row)]
  const windows = nest.current.order.filter(a => reducedAxes(nest.current).has(a)).map(number)
  const outer = stencil.outer.map(number)

  const { cores, vectorRegisters } = capabilities.machine
  const parts = product(stencil.outer) < cores * 4 ? Math.ceil(extentOf(stencil.row) / ROWS_OF_TASK) : 1
  const { body = 1 } = nest.choices
  const most = Math.min((vectorRegisters / REGISTERS_PER_ROW) * body, Math.ceil(extentOf(stencil.row) / parts))
  const together = [4 * body, 4, 3, 2].find(r => r > 1 && r <= most)
  let rows = row
  if (parts > 1 || outer.length === 0) {
    rows = nest.cover(row, Math.ceil(extentOf(stencil.row) / parts))
    outer.push(row)
  }
  const loops = (...last: readonly number[]): void => {
    const order = [...outer, ...last]
    const copies = nest.current.order.map(number).filter(n => !order.includes(n))
    nest.apply({ kind: 'reorder', order: [...outer, ...copies, ...last] })
  }
  loops(rows, lane, ...windows)
  for (const { slot } of stencil.checked) {
    const copies = nest.stage(slot, outer[outer.length - 1])
    copyInVectors(nest, copies[copies.length - 1], widths)
  }
  const lanes = extentOf(nest.axis(lane)) === width ? lane : nest.cover(lane, width)
  const unrolled = together === undefined ? [] : [nest.cover(rows, together)]
  loops(...new Set([rows, lane]), ...unrolled, ...(lanes === lane ? [] : [lanes]), ...windows)
  assignTasks(nest, capabilities, new Set([rows, lane, ...unrolled, lanes]), outer)
  for (const u of [...unrolled, ...windows]) nest.apply({ kind: 'as', axis: u, how: 'unroll' })
  nest.apply({ kind: 'as', axis: lanes, how: 'lane' })
  return true
}

function stencilOf(nest: Nest, { machine, scratch }: Capabilities): Stencil | undefined {
  const reduced = reducedAxes(nest)
  const outputs = nest.order.filter(a => !reduced.has(a))
  const windows = nest.order.filter(a => reduced.has(a))
  if (windows.length === 0 || outputs.length < 2 || !nest.order.every(isFixed) || product(windows) > WINDOW) return undefined
  if (windows.some(a => extentOf(a) > SMALL_WINDOW) || updatesInPlace(nest)) return undefined
  if (closedAxes(nest, 'end').size > 0 || stagingAxes(nest).size > 0) return undefined
  const accesses = accessesOf(nest)
  const lane = outputs[outputs.length - 1]
  const slides = (a: Access, along: Axis): boolean => !a.isStore && moves(a, along) && windows.some(w => moves(a, w))
  const shares = (o: Axis) => (a: Access): boolean => slides(a, o) && (gateMoves(a, o) || windows.some(w => isWindow(a, o, w)))
  const row = outputs.slice(0, -1).findLast(o => accesses.some(shares(o)))
  if (row === undefined || !accesses.some(a => slides(a, lane))) return undefined
  for (const a of accesses) {
    const stride = strideOf(a, lane)
    if (stride === undefined || (a.isStore ? stride !== 1 : ![0, 1].includes(stride))) return undefined
  }
  const checked: { slot: number; access: Access }[] = []
  for (const access of accesses) {
    if (access.isStore || !nest.order.some(a => gateMoves(access, a))) continue
    const pointer = access.node.src[0].src[0]
    if (pointer.op !== 'param') return undefined
    const { slot } = pointer.arg as { slot: number } // a param's
    const tile = soleLoad(nest, slot) === access.node ? tileOf(nest, access.node, [row, lane, ...windows]) : undefined
    if (tile === undefined || stagedBytes(tile, access.node) > Math.min(scratch.private, machine.l2 / 2)) return undefined
    checked.push({ slot, access })
  }
  return { lane, row, outer: outputs.filter(a => a !== lane && a !== row), checked }
}

/** Whether neighbours along an output axis read what is beside in the window: `row * stride + kernelRow`. */
function isWindow(access: Access, output: Axis, window: Axis): boolean {
  const [far, near] = [strideOf(access, output), strideOf(access, window)]
  return far !== undefined && near !== undefined && near !== 0 && far % near === 0 && Math.abs(far / near) < extentOf(window)
}
