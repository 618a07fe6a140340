/**
 * One cycle per strongly connected component of more than one node (Tarjan 1972), in import order.
 * @param {ReadonlyMap<string, ReadonlySet<string>>} graph
 * @returns {string[][]}
 */
export function cyclesOf(graph) {
  /** @type {Map<string, number>} */
  const index = new Map()
  /** @type {Map<string, number>} */
  const low = new Map()
  /** @type {string[]} */
  const stack = []
  const onStack = new Set()
  /** @type {string[][]} */
  const cycles = []

  /** @param {string} node @returns {number} */
  const visit = node => {
    let lowest = index.size
    index.set(node, lowest)
    stack.push(node)
    onStack.add(node)
    const own = lowest
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue
      if (!index.has(next)) lowest = Math.min(lowest, visit(next))
      else if (onStack.has(next)) lowest = Math.min(lowest, index.get(next) ?? own)
    }
    low.set(node, lowest)
    if (lowest === own) {
      const component = stack.splice(stack.indexOf(node))
      for (const n of component) onStack.delete(n)
      if (component.length > 1) cycles.push(component)
    }
    return lowest
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return cycles
}
