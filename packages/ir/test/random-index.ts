import { boolAnd, boolNot, boolOr, constant, dtypes, indexConst, range, uop, variable, type UOp } from '@petagrad/ir'

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** From PETAGRAD_SEED, or from the clock; always printed. */
export function seedOf(name: string): number {
  const seed = Number(process.env.PETAGRAD_SEED ?? Date.now() % 2 ** 31)
  console.log(`${name}: PETAGRAD_SEED=${seed}`)
  return seed
}

export interface Leaf {
  readonly node: UOp
  readonly min: number
  /** Of a range with a symbolic extent, the most that any extent allows. */
  readonly max: number
}

/** Raw index expressions over a few leaves: built without the constructors, as a front end might. */
export class RandomIndex {
  readonly leaves: readonly Leaf[]
  /** The extent of one of the ranges, where it is symbolic. */
  private readonly extent: UOp | undefined

  constructor(private readonly random: () => number, symbolicExtents = false) {
    const count = 1 + this.below(4)
    const plain = Array.from({ length: count }, (_, i): Leaf => {
      if (this.below(4) > 0) {
        const extent = 1 + this.below(12)
        return { node: range(extent, i, 'loop'), min: 0, max: extent - 1 }
      }
      const min = this.below(15) - 8
      const max = min + this.below(12)
      return { node: variable(`v${i}`, min, max), min, max }
    })
    this.extent = symbolicExtents ? variable('n', 1, 9) : undefined
    this.leaves = this.extent === undefined ? plain
      : [...plain, { node: this.extent, min: 1, max: 9 }, { node: range(this.extent, 9, 'loop'), min: 0, max: 8 }]
  }

  below(n: number): number {
    return Math.floor(this.random() * n)
  }

  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)]
  }

  /** Constants that meet each other often: divisors, and now and then an odd one. */
  constant(): number {
    return this.pick([1, 2, 3, 4, 4, 6, 8, 8, 12, 16, 5, 7, 24, 32])
  }

  index(depth: number): UOp {
    if (depth === 0 || this.below(10) === 0) return this.below(6) === 0 ? indexConst(this.below(20) - 10) : this.pick(this.leaves).node
    const a = (): UOp => this.index(depth - 1)
    const node = (op: 'add' | 'sub' | 'mul' | 'floordiv' | 'floormod' | 'max', x: UOp, y: UOp): UOp => uop(op, dtypes.index, [x, y])
    switch (this.below(18)) {
      case 16: case 17: return this.digits(a())
      case 0: case 1: case 2: case 3: return node('add', a(), a())
      case 4: return node('sub', a(), a())
      case 5: case 6: case 7: return node('mul', a(), indexConst(this.constant() * (this.below(5) === 0 ? -1 : 1)))
      case 8: case 9: case 10: return node('floordiv', a(), indexConst(this.below(25) === 0 ? -this.below(4) : this.constant()))
      case 11: case 12: case 13: return node('floormod', a(), indexConst(this.below(25) === 0 ? -this.below(4) : this.constant()))
      case 14: {
        const by = this.extent !== undefined && this.below(4) > 0 ? this.extent : a()
        if (this.extent === undefined && this.below(3) > 0) return node('max', a(), a())
        return node(this.pick(['mul', 'floordiv', 'floormod']), a(), by)
      }
      default: return this.below(2) === 0 ? uop('neg', dtypes.index, [a()]) : uop('where', dtypes.index, [this.condition(1), a(), a()])
    }
  }

  /** A number taken apart and put together again, now and then with a digit cut or a sign wrong. */
  private digits(x: UOp): UOp {
    const op = (name: 'add' | 'sub' | 'mul' | 'floordiv' | 'floormod', a: UOp, b: UOp | number): UOp =>
      uop(name, dtypes.index, [a, typeof b === 'number' ? indexConst(b) : b])
    const [c, d, by] = [this.constant(), this.constant(), this.pick([1, 1, -1, 3])]
    const low = op('mul', op('floormod', x, c), by)
    const rest = op('floordiv', this.below(4) === 0 ? op('add', x, this.pick([1, c])) : x, c)
    const high = op('mul', this.below(2) === 0 ? op('floormod', rest, d) : rest, by * c)
    return op(this.below(4) === 0 ? 'sub' : 'add', high, low)
  }

  comparison(depth: number): UOp {
    const k = indexConst(this.below(40) - 12)
    const x = this.index(depth)
    const sides = this.below(3) === 0 ? [k, x] : [x, this.below(4) > 0 ? k : this.index(depth)]
    return uop(this.pick(['lt', 'lt', 'lt', 'eq', 'ne']), dtypes.bool, sides)
  }

  condition(depth: number): UOp {
    if (depth === 0 || this.below(3) === 0) return this.comparison(2)
    const a = this.condition(depth - 1)
    const b = this.condition(depth - 1)
    switch (this.below(6)) {
      case 0: case 1: return uop('and', dtypes.bool, [a, b])
      case 2: return uop('or', dtypes.bool, [a, b])
      case 3: return uop('xor', dtypes.bool, [a, constant(true, dtypes.bool)])
      case 4: return boolAnd(boolOr(a, b), a)
      default: return boolNot(a)
    }
  }

  /** A random value for each leaf; that of a range is below its extent's. */
  point(): Map<UOp, number> {
    const values = new Map<UOp, number>()
    for (const l of this.leaves) {
      const extent = l.node.op === 'range' ? values.get(l.node.src[0]) : undefined
      values.set(l.node, l.min + this.below((extent ?? l.max + 1) - l.min))
    }
    return values
  }
}
