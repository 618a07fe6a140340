import { isMovement, toposort, type Op, type UOp } from '../../../../packages/ir/src/index.js'

/** What an op costs on a usual core, in the time of one addition. Reading an operand, a constant or a name is free. */
const COSTS: Partial<Record<Op, number>> = {
  const: 0, load: 0, store: 0, register: 0, buffer: 0, iota: 0,
  mul: 3, mulacc: 4, div: 20, mod: 20, floordiv: 24, floormod: 24,
  reciprocal: 12, sqrt: 12, exp2: 20, log2: 20, sin: 30, reduce_axis: 8, contiguous: 4,
}

/** The cost of computing a node, what is shared counted once. A right side may not cost more than its left side. */
export function costOf(root: UOp): number {
  let cost = 0
  for (const u of toposort(root)) {
    const one = COSTS[u.op] ?? 1
    // A broadcast constant is a constant.
    const isFree = isMovement(u.op) && toposort(u).every(s => s.op === 'const' || isMovement(s.op))
    if (!isFree) cost += one
  }
  return cost
}
