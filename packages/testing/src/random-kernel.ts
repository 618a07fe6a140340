import { address, binary, cast, constant, dtypes, encodeValues, indexConst, load, param, range, reduce, store, uop, where, type DType, type UOp } from '@petagrad/ir'
import type { Random } from './random.js'
import { smallInteger } from './values.js'

export interface RandomKernel {
  readonly kernel: UOp<'kernel'>
  readonly args: readonly Uint8Array[]
}

const INPUT_SIZE = 37
/** Values stay below this, so that sums in f32 are exact in any order. */
const LIMIT = 2 ** 24

interface Scalar {
  readonly node: UOp
  readonly bound: number
}

/**
 * A random kernel: one to three loops over a row-major output, whose value is a random expression of gated loads at
 * random affine, divided and wrapped addresses, reductions, and the loops themselves. f32 or i32, always exact.
 */
export function randomKernel(random: Random): RandomKernel {
  return new KernelBuilder(random).build()
}

class KernelBuilder {
  private readonly dtype: DType
  private nextAxis = 0

  constructor(private readonly random: Random) {
    this.dtype = random.pick([dtypes.f32, dtypes.i32])
  }

  build(): RandomKernel {
    const { random, dtype } = this
    const extents = Array.from({ length: random.between(1, 3) }, () => random.pick([1, 2, 3, 4, 5, 8, 17]))
    const loops = extents.map(extent => range(extent, this.nextAxis++, 'loop'))
    const size = extents.reduce((a, b) => a * b, 1)
    const offset = loops.reduce<UOp>((at, loop, axis) => binary('add', binary('mul', at, indexConst(extents[axis])), loop), indexConst(0))
    const out = address(param(0, dtype, size), offset)
    const value = this.value(loops, 3).node
    const gate = random.chance(0.2) ? this.condition(loops) : undefined
    const inputs = [1, 2].map(() => encodeValues(dtype, Array.from({ length: INPUT_SIZE }, () => smallInteger(random, dtype, 4))))
    return { kernel: uop('kernel', dtypes.void, [store(out, value, gate)], { name: 'random' }), args: [encodeValues(dtype, new Array<number>(size).fill(9)), ...inputs] }
  }

  private value(loops: readonly UOp[], depth: number): Scalar {
    const { random } = this
    if (depth === 0) return random.chance(0.8) ? this.loaded(loops) : { node: constant(random.between(-3, 3), this.dtype), bound: 3 }
    const a = (): Scalar => this.value(loops, depth - 1)
    switch (random.pick(['add', 'mul', 'max', 'where', 'reduce', 'reduce', 'load', 'index'] as const)) {
      case 'add': return this.grown('add', a(), a())
      case 'mul': return this.grown('mul', a(), a())
      case 'max': return this.grown('max', a(), a())
      case 'where': {
        const [x, y] = [a(), a()]
        return { node: where(this.condition(loops), x.node, y.node), bound: Math.max(x.bound, y.bound) }
      }
      case 'reduce': {
        const ranges = Array.from({ length: random.between(1, 2) }, () => range(random.pick([1, 2, 3, 5, 8]), this.nextAxis++, 'reduce'))
        const body = this.value([...loops, ...ranges], depth - 1)
        const terms = ranges.reduce((n, r) => n * Number((r.src[0] as UOp<'const'>).arg), 1) // extents above are constants
        const alu = body.bound * terms < LIMIT && random.chance(0.7) ? 'add' : 'max'
        return { node: reduce(alu, body.node, ranges), bound: alu === 'add' ? body.bound * terms : body.bound }
      }
      case 'load': return this.loaded(loops)
      case 'index': return { node: cast('cast', this.offset(loops), this.dtype), bound: 200 }
    }
  }

  private grown(op: 'add' | 'mul' | 'max', x: Scalar, y: Scalar): Scalar {
    const bound = op === 'add' ? x.bound + y.bound : op === 'mul' ? x.bound * y.bound : Math.max(x.bound, y.bound)
    return bound < LIMIT ? { node: binary(op, x.node, y.node), bound } : x
  }

  private loaded(loops: readonly UOp[]): Scalar {
    const at = this.offset(loops)
    const inside = binary('and', binary('lt', indexConst(-1), at), binary('lt', at, indexConst(INPUT_SIZE)))
    const from = address(param(this.random.between(1, 2), this.dtype, INPUT_SIZE), at)
    return { node: load(from, { gate: inside, alternative: constant(this.random.between(-1, 1), this.dtype) }), bound: 4 }
  }

  /** An index that may lie outside of the input. */
  private offset(loops: readonly UOp[]): UOp {
    const { random } = this
    let sum: UOp = indexConst(random.between(-4, 12))
    for (const loop of loops) if (random.chance(0.7)) sum = binary('add', sum, binary('mul', loop, indexConst(random.between(-2, 6))))
    if (random.chance(0.3)) sum = binary('floordiv', sum, indexConst(random.between(1, 7)))
    if (random.chance(0.3)) sum = binary('floormod', sum, indexConst(random.between(1, INPUT_SIZE)))
    if (random.chance(0.2)) sum = where(this.condition(loops), sum, indexConst(random.between(0, 9)))
    return sum
  }

  private condition(loops: readonly UOp[]): UOp {
    const { random } = this
    const simple = (): UOp => binary(random.pick(['lt', 'lt', 'eq', 'ne']), random.pick(loops), random.chance(0.4) ? random.pick(loops) : indexConst(random.between(0, 6)))
    return random.chance(0.3) ? binary(random.pick(['and', 'or']), simple(), simple()) : simple()
  }
}
