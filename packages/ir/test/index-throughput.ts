import {
  boolAnd, indexAdd, indexConst, indexFloorDiv, indexFloorMod, indexGe, indexLt, indexMul, range, substituteIndex, type UOp,
} from '@petagrad/ir'

interface Convolution {
  readonly calls: number
  readonly address: UOp
  readonly gate: UOp
  readonly ranges: readonly UOp[]
}

/** A convolution's address arithmetic: flatten, split again, window and gate, for one pair of extents; and the calls made. */
function convolution(h: number, w: number, c: number): Convolution {
  let calls = 0
  const counted = <T>(x: T): T => (calls++, x)
  const [b, y, x, i, ky, kx] = [4, h, w, c, 3, 3].map((d, axis) => range(d, axis, axis < 4 ? 'loop' : 'reduce'))
  const flat = counted(indexAdd(counted(indexMul(counted(indexAdd(counted(indexMul(b, h)), y)), w)), x))
  const row = counted(indexFloorMod(counted(indexFloorDiv(flat, w)), h))
  const column = counted(indexFloorMod(flat, w))
  const batch = counted(indexFloorDiv(flat, h * w))
  const inY = counted(indexAdd(counted(indexAdd(row, ky)), -1))
  const inX = counted(indexAdd(counted(indexAdd(column, kx)), -1))
  const gate = counted(boolAnd(
    counted(boolAnd(counted(indexGe(inY, 0)), counted(indexLt(inY, h)))),
    counted(boolAnd(counted(indexGe(inX, 0)), counted(indexLt(inX, w)))),
  ))
  const plane = counted(indexAdd(counted(indexMul(counted(indexAdd(counted(indexMul(batch, c)), i)), h)), inY))
  const address = counted(indexAdd(counted(indexMul(plane, w)), inX))
  return { calls, address, gate, ranges: [b, y, x, i, ky, kx] }
}

/** Microseconds. */
export interface Throughput {
  readonly calls: number
  readonly perNewCall: number
  readonly perCallAgain: number
  readonly perSubstitution: number
}

/** Milliseconds of processor time, which other processes do not lengthen. */
const cpu = (): number => process.cpuUsage().user / 1000

let calls = 0
const started = cpu()
for (let h = 4; h < 44; h++) {
  for (let w = 4; w < 104; w++) calls += convolution(h, w, 8).calls
}
const built = cpu() - started
const again = cpu()
for (let h = 4; h < 44; h++) for (let w = 4; w < 104; w++) convolution(h, w, 8)
const rebuilt = cpu() - again
const { address, gate, ranges } = convolution(28, 28, 32)
const substituted = cpu()
let replaced = 0
for (let n = 0; n < 200; n++) {
  for (let k = 0; k < 9; k++, replaced++) {
    const map = new Map([[ranges[4], indexConst(k % 3)], [ranges[5], indexConst(Math.floor(k / 3))], [ranges[3], indexConst(n)]])
    const memo = new Map<UOp, UOp>()
    substituteIndex(address, map, memo)
    substituteIndex(gate, map, memo)
  }
}
const took = cpu() - substituted
const micros = (ms: number, of: number): number => ms / of * 1000
const result: Throughput = {
  calls,
  perNewCall: micros(built, calls),
  perCallAgain: micros(rebuilt, calls),
  perSubstitution: micros(took, replaced),
}
console.log(JSON.stringify(result))
