import {
  dtypes, elementCount, interpret, isMovement, itemSize, shapeOf, toposort, uop, is,
  type DType, type PatternData, type TensorValue, type UOp,
} from '../../../../packages/ir/src/index.js'
import type { Random } from './random.js'

const TENSOR_OPS: ReadonlySet<string> = new Set(['reduce_axis', 'contiguous', 'detach', 'iota', 'buffer'])
/** Whether the pattern is about whole tensors. */
export const isAboutTensors = (pattern: PatternData): boolean => pattern.ops?.some(op => isMovement(op) || TENSOR_OPS.has(op)) ?? false

const dims = (u: UOp): number[] => shapeOf(u).map(Number)

/** An instance of a pattern of movement ops over a small buffer. */
export class ViewSampler {
  private nextBuffer = -1

  constructor(private readonly random: Random) {}

  instance(pattern: PatternData): UOp {
    const types = pattern.kinds?.includes('float') === false ? [dtypes.i32, dtypes.u8] : [dtypes.i32, dtypes.f32]
    return this.node(pattern, this.random.pick(types))
  }

  private node(pattern: PatternData, dtype: DType): UOp {
    const op = pattern.ops === undefined ? undefined : this.random.pick(pattern.ops)
    if (op === undefined) return this.base(dtype)
    if (op === 'buffer') return this.buffer(dtype, 6)
    if (op === 'iota') return uop('iota', dtype, [], { size: 5 })
    if (op === 'const') return uop('const', dtype, [], 3)
    const inner = pattern.src === undefined ? this.base(dtype) : this.node(pattern.src[0], dtype)
    return this.moved(op, inner)
  }

  private buffer(dtype: DType, size: number): UOp {
    return uop('buffer', dtype, [], { id: this.nextBuffer--, size, device: 'test' })
  }

  private base(dtype: DType): UOp {
    const shape = Array.from({ length: 1 + this.random.below(3) }, () => this.random.pick([1, 1, 2, 3, 4]))
    const size = shape.reduce((n, d) => n * d, 1)
    return uop('reshape', dtype, [this.buffer(dtype, size)], shape)
  }

  private moved(op: NonNullable<PatternData['ops']>[number], x: UOp): UOp {
    const { random } = this
    const shape = dims(x)
    const axes = shape.map((_, i) => i)
    const plain = random.chance(0.4)
    const some = axes.filter(() => !plain && random.chance(0.5))
    switch (op) {
      case 'reshape': {
        const others = [[Number(elementCount(shape))], [1, ...shape], [...shape].reverse()]
        return uop('reshape', x.dtype, [x], plain ? shape : random.pick(others))
      }
      case 'permute': return uop('permute', x.dtype, [x], plain ? axes : random.shuffled(axes))
      case 'expand': return uop('expand', x.dtype, [x], shape.map(d => (d === 1 && !plain ? random.pick([1, 2, 3]) : d)))
      case 'pad': {
        const width = (): number => (plain ? 0 : random.below(3))
        return uop('pad', x.dtype, [x], shape.map(() => [width(), width()] as const))
      }
      case 'shrink': return uop('shrink', x.dtype, [x], this.window(x, shape, plain))
      case 'flip': return uop('flip', x.dtype, [x], some)
      case 'shear': return this.shear(x, shape, plain)
      case 'reduce_axis': return uop('reduce_axis', x.dtype, [x], { alu: random.pick(['add', 'max'] as const), axes: some })
      default: return uop(op, x.dtype, [x])
    }
  }

  private window(x: UOp, shape: readonly number[], plain: boolean): (readonly [number, number])[] {
    if (plain && is(x, 'pad')) {
      const { arg } = x
      return dims(x.src[0]).map((d, i) => [Number(arg[i][0]), Number(arg[i][0]) + d] as const)
    }
    return shape.map(d => {
      const start = plain ? 0 : this.random.below(d + 1)
      return [start, plain ? d : start + this.random.below(d - start + 1)] as const
    })
  }

  private shear(x: UOp, shape: readonly number[], plain: boolean): UOp {
    const axis = this.random.below(shape.length)
    const by = this.random.below(shape.length)
    if (plain || axis === by) return uop('shear', x.dtype, [x], { axis, by, factor: 0, offset: 0, size: shape[axis] })
    const [factor, offset] = [this.random.below(3) - 1, this.random.below(3) - 1]
    return uop('shear', x.dtype, [x], { axis, by, factor, offset, size: this.random.pick([2, shape[axis]]) })
  }
}

/** Contents for every buffer under the roots. */
export function randomBuffers(random: Random, roots: readonly UOp[]): Map<UOp, Uint8Array> {
  const buffers = new Map<UOp, Uint8Array>()
  for (const u of toposort(roots)) {
    if (!is(u, 'buffer')) continue
    const numbers = Array.from({ length: u.arg.size }, () => random.below(200) - 100)
    const ofType = u.dtype === dtypes.f32 ? Float32Array : u.dtype === dtypes.i32 ? Int32Array : Uint8Array
    const contents = new ofType(numbers)
    if (contents.BYTES_PER_ELEMENT !== itemSize(u.dtype)) throw new Error(`no contents for ${u.dtype.name}`)
    buffers.set(u, new Uint8Array(contents.buffer))
  }
  return buffers
}

export const evaluateTensor = (root: UOp, buffers: ReadonlyMap<UOp, Uint8Array>): TensorValue => interpret(root, { buffers })
