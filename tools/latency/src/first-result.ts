import { Conv2d, configure, Linear, Sequential, Tensor } from 'petagrad'

/**
 * `node first-result.js [wasm|cpu]`: milliseconds from the start of the process until the scores of the demo's network for
 * one image are there, and until its modules were loaded. What is cached is what PETAGRAD_CACHE says.
 */
const imported = performance.now()
configure({ device: process.argv[2] ?? 'wasm' })
const relu = (x: Tensor): Tensor => x.relu()
const pool = (x: Tensor): Tensor => x.maxPool2d(2)
const net = new Sequential(
  new Conv2d(1, 32, 5), relu, new Conv2d(32, 32, 5), relu, pool,
  new Conv2d(32, 64, 3), relu, new Conv2d(64, 64, 3), relu, pool,
  x => x.flatten(1), new Linear(64 * 3 * 3, 10),
)
const scores = await net.forward(Tensor.from(new Float32Array(28 * 28), { shape: [1, 1, 28, 28] })).tolist()
const first = performance.now()
if (!Array.isArray(scores)) throw new Error('no scores')
console.log(JSON.stringify({ imported: Math.round(imported), first: Math.round(first) }))
