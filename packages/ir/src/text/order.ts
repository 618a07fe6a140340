import type { UOp } from '../uop.js'
import { isUOp } from '../verify/argument.js'

/** All nodes under the root that `enter` lets in, sources and the uops inside arguments before their users. */
export function dependencyOrder(root: UOp, enter: (u: UOp) => boolean = () => true): UOp[] {
  const order: UOp[] = []
  const done = new Map<UOp, boolean>() // false: its dependencies are under way
  const stack: UOp[] = enter(root) ? [root] : []
  for (let u = stack.at(-1); u !== undefined; u = stack.at(-1)) {
    const state = done.get(u)
    if (state === undefined) {
      done.set(u, false)
      const dependencies = [...u.src, ...uopsInside(u.arg)]
      for (const d of dependencies.reverse()) if (!done.has(d) && enter(d)) stack.push(d)
      continue
    }
    if (!state) {
      done.set(u, true)
      order.push(u)
    }
    stack.pop()
  }
  return order
}

function uopsInside(arg: unknown): readonly UOp[] {
  if (typeof arg !== 'object' || arg === null) return []
  return isUOp(arg) ? [arg] : Object.values(arg).flatMap(uopsInside)
}
