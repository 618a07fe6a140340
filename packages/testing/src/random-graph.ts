import { binary, cast, dataTypes, dtypes, epsilon, integerRange, isFloat, itemSize, uop, where, type DType, type ReduceAlu, type UOp } from '@petagrad/ir'
import { countOf, GraphInputs } from './graph-inputs.js'
import type { Random } from './random.js'
import { smallInteger } from './values.js'

export interface RandomGraph {
  readonly sink: UOp<'sink'>
  readonly buffers: Map<UOp, Uint8Array>
}

/** A node so far; its values are integers of at most `bound`, in floats too, so that no order of summing changes a bit. */
interface Item {
  readonly node: UOp
  readonly shape: readonly number[]
  readonly bound: number
}

const MOST_ELEMENTS = 400
const sizes = [1, 2, 3, 4, 5, 7, 8, 13]

/**
 * A random tensor graph of about `steps` nodes: views, element-wise operations, reductions and gathers over all dtypes,
 * with one to three roots. Everything in it is exact: float values are integers that their dtype holds.
 */
export function randomGraph(random: Random, steps: number, types: readonly DType[] = dataTypes): RandomGraph {
  return new GraphBuilder(random, types).build(steps)
}

/** Up to this, sums and products of integers are exact in the dtype. */
function exactLimit(dtype: DType): number {
  if (isFloat(dtype)) return 2 / epsilon(dtype)
  return dtype.kind === 'bool' ? 1 : Number(integerRange(dtype)[1])
}

class GraphBuilder {
  private readonly inputs = new GraphInputs()
  private readonly items: Item[] = []

  constructor(
    private readonly random: Random,
    private readonly types: readonly DType[],
  ) {}

  build(steps: number): RandomGraph {
    const { random } = this
    const rank = random.between(0, 3)
    this.leaf(random.chance(0.6) && this.types.includes(dtypes.f32) ? dtypes.f32 : random.pick(this.types), Array.from({ length: rank }, () => random.pick(sizes)))
    for (let i = 0; i < steps; i++) this.step()
    const last = this.items[this.items.length - 1]
    const others = random.chance(0.4) ? random.shuffled(this.items.slice(0, -1)).slice(0, random.between(1, 2)) : []
    const roots = [last, ...others].filter(item => item.node.dtype.kind !== 'index')
    return { sink: uop('sink', dtypes.void, roots.map(item => (random.chance(0.1) ? this.assigned(item) : item.node))), buffers: this.inputs.bytes }
  }

  private push(node: UOp, shape: readonly number[], bound: number): Item {
    const item = { node, shape, bound }
    this.items.push(item)
    return item
  }

  private leaf(dtype: DType, shape: readonly number[], magnitude = Math.min(6, exactLimit(dtype))): Item {
    const values = Array.from({ length: countOf(shape) }, () => smallInteger(this.random, dtype, magnitude))
    return this.push(this.inputs.tensor(dtype, shape, values), shape, magnitude)
  }

  private assigned({ node, shape }: Item): UOp {
    const target = this.leaf(node.dtype, shape).node
    return uop('assign', node.dtype, [target, node])
  }

  private step(): void {
    const x = this.random.chance(0.7) ? this.items[this.items.length - 1] : this.random.pick(this.items)
    const kind = this.random.pick(['view', 'view', 'view', 'element', 'element', 'element', 'choose', 'cast', 'reduce', 'reduce', 'scan', 'gather', 'contiguous'] as const)
    switch (kind) {
      case 'view': return this.view(x)
      case 'element': return this.element(x)
      case 'choose': return this.choose(x)
      case 'cast': return this.cast(x)
      case 'reduce': return this.reduce(x)
      case 'scan': return this.scan(x)
      case 'gather': return this.gather(x)
      case 'contiguous':
        this.push(uop('contiguous', x.node.dtype, [x.node]), x.shape, x.bound)
    }
  }

  /** Something of the same dtype and shape: an earlier node, x itself turned round, or a new input. */
  private partner(x: Item): Item {
    const same = this.items.filter(o => o !== x && o.node.dtype === x.node.dtype && o.shape.length === x.shape.length && o.shape.every((d, a) => d === x.shape[a]))
    if (same.length > 0 && this.random.chance(0.5)) return this.random.pick(same)
    if (x.shape.length > 0 && this.random.chance(0.3)) return { ...x, node: uop('flip', x.node.dtype, [x.node], [this.random.below(x.shape.length)]) }
    if (this.random.chance(0.4)) return this.broadcast(this.leaf(x.node.dtype, x.shape.map(d => (this.random.chance(0.5) ? 1 : d))), x.shape)
    return this.leaf(x.node.dtype, x.shape)
  }

  private broadcast(x: Item, shape: readonly number[]): Item {
    return { ...x, node: uop('expand', x.node.dtype, [x.node], shape), shape }
  }

  private element(x: Item): void {
    const { dtype } = x.node
    const y = this.partner(x)
    const limit = exactLimit(dtype)
    const grow = (node: UOp, bound: number): void => {
      if (!isFloat(dtype) || bound <= limit) this.push(node, x.shape, Math.min(bound, limit))
    }
    if (dtype.kind === 'bool') return grow(binary(this.random.pick(['and', 'or', 'xor', 'max']), x.node, y.node), 1)
    const op = this.random.pick(isFloat(dtype) ? (['add', 'sub', 'mul', 'max', 'neg', 'trunc'] as const) : (['add', 'sub', 'mul', 'max', 'neg', 'and', 'xor', 'div', 'mod', 'floordiv', 'floormod', 'shr'] as const))
    switch (op) {
      case 'neg': case 'trunc': return grow(uop(op, dtype, [x.node]), dtype.kind === 'uint' ? limit : x.bound)
      case 'max': return grow(binary('max', x.node, y.node), Math.max(x.bound, y.bound))
      case 'add': return grow(binary('add', x.node, y.node), x.bound + y.bound)
      case 'sub': return grow(binary('sub', x.node, y.node), dtype.kind === 'uint' ? limit : x.bound + y.bound)
      case 'mul': return grow(binary('mul', x.node, y.node), x.bound * y.bound)
      default: return grow(binary(op, x.node, y.node), limit)
    }
  }

  private choose(x: Item): void {
    const y = this.partner(x)
    const compared = binary(this.random.pick(['lt', 'eq', 'ne']), x.node, y.node)
    if (this.random.chance(0.5)) this.push(compared, x.shape, 1)
    else this.push(where(compared, x.node, y.node), x.shape, Math.max(x.bound, y.bound))
  }

  private cast(x: Item): void {
    const to = this.random.pick(this.types)
    if (to === x.node.dtype || (isFloat(to) && x.bound > exactLimit(to))) return
    const fits = x.bound <= exactLimit(to) && to.kind !== 'uint'
    this.push(cast('cast', x.node, to), x.shape, fits ? x.bound : exactLimit(to))
  }

  private reduce(x: Item): void {
    if (x.shape.length === 0) return
    const axes = x.shape.map((_, a) => a).filter(() => this.random.chance(0.5))
    const terms = countOf(axes.map(a => x.shape[a]))
    const alu: ReduceAlu = x.node.dtype.kind === 'bool' ? 'max' : this.random.pick(['add', 'add', 'max'])
    const bound = alu === 'add' ? x.bound * Math.max(1, terms) : x.bound
    // The maximum of nothing is minus infinity: no integer.
    if (isFloat(x.node.dtype) && (bound > exactLimit(x.node.dtype) || (alu === 'max' && terms === 0))) return
    this.push(uop('reduce_axis', x.node.dtype, [x.node], { alu, axes }), x.shape.map((d, a) => (axes.includes(a) ? 1 : d)), Math.min(bound, exactLimit(x.node.dtype)))
  }

  private scan(x: Item): void {
    if (x.shape.length === 0) return
    const axis = this.random.between(0, x.shape.length - 1)
    const { dtype } = x.node
    const alu: ReduceAlu = dtype.kind === 'bool' ? 'max' : this.random.pick(['add', 'max'])
    const bound = alu === 'add' ? x.bound * Math.max(1, x.shape[axis]) : x.bound
    if (isFloat(dtype) && bound > exactLimit(dtype)) return
    this.push(uop('scan_axis', dtype, [x.node], { alu, axis, buckets: 0 }), x.shape, Math.min(bound, exactLimit(dtype)))
  }

  private gather(x: Item): void {
    if (x.shape.length === 0) return
    const shape = Array.from({ length: this.random.between(0, 2) }, () => this.random.pick([1, 2, 3, 5]))
    if (countOf([...shape, ...x.shape.slice(1)]) > MOST_ELEMENTS) return
    const type = this.random.pick([dtypes.i32, dtypes.i64, dtypes.u8].filter(d => this.types.includes(d)))
    if (type === undefined) return
    const indices = this.leaf(type, shape, x.shape[0])
    this.push(uop('gather', x.node.dtype, [x.node, indices.node]), [...shape, ...x.shape.slice(1)], x.bound)
  }

  private view(x: Item): void {
    const { random } = this
    const { node, shape, bound } = x
    const rank = shape.length
    const give = (moved: UOp, to: readonly number[]): void => {
      if (countOf(to) <= MOST_ELEMENTS && to.length <= 5 && itemSize(moved.dtype) > 0) this.push(moved, to, bound)
    }
    const kind = random.pick(['reshape', 'permute', 'expand', 'pad', 'shrink', 'flip', 'shear'] as const)
    switch (kind) {
      case 'reshape': {
        const to = this.otherShape(countOf(shape))
        return give(uop('reshape', node.dtype, [node], to), to)
      }
      case 'permute': {
        const order = random.shuffled(shape.map((_, a) => a))
        return give(uop('permute', node.dtype, [node], order), order.map(a => shape[a]))
      }
      case 'expand': {
        const at = random.below(rank + 1), size = random.between(1, 4)
        const ones = [...shape.slice(0, at), 1, ...shape.slice(at)], to = [...shape.slice(0, at), size, ...shape.slice(at)]
        return give(uop('expand', node.dtype, [uop('reshape', node.dtype, [node], ones)], to), to)
      }
      case 'pad': {
        const pairs = shape.map(() => (random.chance(0.5) ? [random.below(3), random.below(3)] as const : [0, 0] as const))
        return give(uop('pad', node.dtype, [node], pairs), shape.map((d, a) => d + pairs[a][0] + pairs[a][1]))
      }
      case 'shrink': {
        const pairs = shape.map(d => {
          const start = random.below(d)
          return d > 0 && random.chance(0.5) ? [start, random.between(Math.min(d, start + (random.chance(0.95) ? 1 : 0)), d)] as const : [0, d] as const
        })
        return give(uop('shrink', node.dtype, [node], pairs), pairs.map(([a, b]) => b - a))
      }
      case 'flip': return give(uop('flip', node.dtype, [node], shape.map((_, a) => a).filter(() => random.chance(0.5))), shape)
      case 'shear': {
        if (rank < 2) return
        const [axis, by] = random.shuffled(shape.map((_, a) => a))
        const size = random.between(1, shape[axis] + 3)
        return give(uop('shear', node.dtype, [node], { axis, by, factor: random.between(-2, 2), offset: random.between(-3, 3), size }), shape.map((d, a) => (a === axis ? size : d)))
      }
    }
  }

  /** A random shape with this many elements. */
  private otherShape(count: number): number[] {
    if (count === 0) return this.random.shuffled([0, 3])
    const shape: number[] = []
    let rest = count
    while (rest > 1 && shape.length < 4) {
      const divisors = Array.from({ length: Math.min(rest, 24) }, (_, d) => d + 1).filter(d => rest % d === 0)
      const d = this.random.pick(divisors)
      shape.push(d)
      rest /= d
    }
    return this.random.shuffled(rest > 1 || this.random.chance(0.2) ? [...shape, rest] : shape)
  }
}
