import { binary, dtypes, indexAdd, indexFloorDiv, indexFloorMod, indexLt, indexMul, range, uop, type UOp } from '@petagrad/ir'

/*
 * Run with --expose-gc: makes graphs, drops them, collects, and prints what is left as JSON.
 */
export interface DroppedGraphs {
  readonly made: number
  readonly left: number
  readonly bytesPerNode: number
}

let nodes = 0

/** A chain over a buffer of its own, and index arithmetic over ranges that no other graph has. */
function graph(id: number): UOp {
  const leaf = uop('buffer', dtypes.f32, [], { id, size: 1, device: 'test' })
  let u: UOp = leaf
  for (let i = 0; i < 5000; i++, nodes++) u = binary('add', u, i % 3 === 0 ? leaf : u)
  const x = range(10_000 + id, id, 'loop')
  let sum: UOp = x
  for (let i = 1; i < 500; i++, nodes++) {
    const y = range(1000 + i, id * 1000 + i, 'loop')
    sum = indexAdd(indexMul(indexFloorDiv(sum, i + 1), 3), indexFloorMod(y, 7))
    indexLt(sum, 50 * i)
  }
  return binary('add', u, uop('cast', dtypes.f32, [sum]))
}

const collected = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => setTimeout(resolve, 5))
    globalThis.gc?.()
  }
}

graph(0)
await collected()
const before = process.memoryUsage().heapUsed
const started = nodes
const alive: WeakRef<UOp>[] = []
for (let id = 1; id <= 20; id++) {
  alive.push(new WeakRef(graph(id)))
  await collected()
}
const made = nodes - started
const left = alive.filter(r => r.deref() !== undefined).length
await collected()
const result: DroppedGraphs = { made, left, bytesPerNode: (process.memoryUsage().heapUsed - before) / made }
console.log(JSON.stringify(result))
