import type { Device, DeviceBuffer } from '@petagrad/device'
import { decodeValues, itemSize, type DType, type UOp } from '@petagrad/ir/graph'
import type { Plan } from '@petagrad/schedule'
import type { PlanMemory } from '../plan-launches.js'

/** What a step computed, root by root. */
export interface Results {
  /** Whether the other results are the same up to rounding in another order. */
  agreesWith(other: Results): boolean
  readonly values: readonly Values[]
}

type Values = ArrayLike<number | bigint | boolean>

interface Kept {
  readonly buffer: DeviceBuffer
  readonly dtype: DType
  readonly content: Uint8Array
}

/** Size of the difference of two results over the size of one of them. */
const TOLERANCE = 1e-2

/** What a step writes to besides its arena, its results and what it assigns, as they were before. */
export class StepMemory {
  private constructor(
    private readonly device: Device,
    private readonly kept: readonly Kept[],
  ) {}

  /** `results` are the buffers of the plan's roots. */
  static async keep(plan: Plan, results: readonly UOp<'buffer'>[], memory: PlanMemory, device: Device): Promise<StepMemory> {
    const kept = new Map<DeviceBuffer, Kept>()
    for (const [i, root] of plan.roots.entries()) {
      const buffer = root.kind === 'fresh' ? memory.roots[i] : root.kind === 'external' ? memory.externals[root.index] : undefined
      if (buffer === undefined || kept.has(buffer)) continue
      const { dtype, arg: { size } } = results[i]
      kept.set(buffer, { buffer, dtype, content: await device.download({ buffer, offset: 0 }, size * itemSize(dtype)) })
    }
    return new StepMemory(device, [...kept.values()])
  }

  restore(): void {
    for (const { buffer, content } of this.kept) this.device.upload({ buffer, offset: 0 }, content)
  }

  /** What is there now. */
  async results(): Promise<Results> {
    const values: Values[] = []
    for (const { buffer, dtype, content } of this.kept) {
      values.push(valuesOf(dtype, await this.device.download({ buffer, offset: 0 }, content.length)))
    }
    return { values, agreesWith: other => values.every((v, i) => agree(v, other.values[i])) }
  }
}

function valuesOf(dtype: DType, bytes: Uint8Array): Values {
  const { buffer } = bytes.slice()
  switch (dtype.scalar.name) {
    case 'f32': return new Float32Array(buffer)
    case 'f64': return new Float64Array(buffer)
    case 'i32': return new Int32Array(buffer)
    case 'u32': return new Uint32Array(buffer)
    default: return decodeValues(dtype, bytes)
  }
}

function agree(a: Values, b: Values): boolean {
  let [size, difference] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])]
    if (Object.is(x, y)) {
      if (Number.isFinite(x)) size += x * x
      continue
    }
    size += x * x
    difference += (x - y) ** 2 // NaN, and so no agreement, where only one of them is no number
  }
  return difference <= size * TOLERANCE ** 2
}
