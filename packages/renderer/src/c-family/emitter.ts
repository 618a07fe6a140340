import { dtypes, is, isAlu, PetagradError, vector, type DType, type UOp } from '@petagrad/ir/graph'
import { lanePicking } from '../lane-picking.js'
import type { Artifact, LinearProgram, ProgramParam } from '../program.js'
import { Arithmetic, type Operand } from './arithmetic.js'
import type { Dialect } from './dialect.js'
import { atom, element, infix, ternary, type Expression } from './expression.js'
import { namesOf } from './names.js'
import { Prelude } from './prelude.js'
import { inlineable } from './uses.js'

/** Longer expressions get a name, so that lines stay readable. */
const LONGEST = 100

/** What a text reads that statements change: registers by name, and memory as one. */
type Reads = ReadonlySet<string>
const MEMORY = 'memory'
const NOTHING: Reads = new Set()
const FROM_MEMORY: Reads = new Set([MEMORY])

/** A value that is known but not yet written down: it will stand inside the expression of its only user. */
interface Pending {
  readonly operand: Operand
  /** What must not be written before it is written down. */
  readonly reads: Reads
}

/** A place in memory: `base[offset]`. */
interface Place {
  readonly base: string
  readonly offset: Expression | undefined
}

/**
 * A linear program as the text of a C-like kernel. Values that are used once stand inside the expression that uses
 * them, others get a name: `v` values, `i` loop counters, `acc` registers, `q` pointers, `p` params, `n` variables, `s` scratch.
 *
 * Errors: UNSUPPORTED for an op that the dialect cannot spell.
 */
export function renderCFamily(program: LinearProgram, dialect: Dialect, entry: string): Artifact {
  return { kind: 'source', language: dialect.language, text: new Emitter(program, dialect, entry).text(), entry }
}

class Emitter {
  private readonly prelude = new Prelude()
  private readonly arithmetic: Arithmetic
  private readonly lines: string[] = []
  private readonly named = new Map<UOp, Operand>()
  private readonly pending = new Map<UOp, Pending>()
  private readonly places = new Map<UOp, Place>()
  /** Registers whose declaration waits for the first value. */
  private readonly undeclared = new Set<UOp>()
  private readonly inline: ReadonlySet<UOp>
  private readonly counters = { v: 0, i: 0, acc: 0, q: 0 }
  private depth = 1

  constructor(private readonly program: LinearProgram, private readonly dialect: Dialect, private readonly entry: string) {
    this.arithmetic = new Arithmetic(dialect, this.prelude)
    this.inline = inlineable(program.uops)
  }

  text(): string {
    const names = namesOf(this.program)
    for (const [uop, name] of names.values) this.name(uop, name)
    const head = this.dialect.kernel(this.program, this.entry, names, this.prelude)
    for (const u of this.program.uops) this.emit(u)
    const [opening, closing] = [head.opening, head.closing ?? []].map(lines => lines.map(line => `  ${line}`))
    const kernel = [head.signature, ...opening, ...this.lines, ...closing, '}'].join('\n')
    return [...this.prelude.paragraphs(), kernel].join('\n\n') + '\n'
  }

  private emit(u: UOp): void {
    if (this.named.has(u)) return
    if (is(u, 'const')) return this.emitConstant(u)
    if (is(u, 'register')) return this.declareLater(u)
    if (is(u, 'extract') || is(u, 'vectorize') || isAlu(u.op)) return this.emitValue(u)
    switch (u.op) {
      case 'index': return this.emitIndex(u)
      case 'load': return this.emitLoad(u)
      case 'store': return this.emitStore(u)
      case 'range': return this.openLoop(u)
      case 'if':
        return this.open(`if (${this.use(u.src[0]).expression.text}) {`)
      case 'end': case 'endif': return this.close()
      case 'barrier': return this.effect(this.dialect.barrier, MEMORY)
      case 'special':
        if (is(u, 'special')) this.bind(u, this.dialect.special(u.arg.name), u.dtype, u.arg.name)
        return
      case 'after': return this.alias(u)
      case 'dot': return this.emitDot(u)
    }
    throw new PetagradError('UNSUPPORTED', `the ${this.dialect.language} renderer has no spelling for it`, named(u))
  }

  // ---- values

  private emitConstant(u: UOp<'const'>): void {
    const dtype = this.held(u.dtype)
    this.named.set(u, { uop: u, expression: this.arithmetic.literal(u, dtype), dtype })
  }

  private emitValue(u: UOp): void {
    const reads = this.readsOf(u.src)
    const splat = is(u, 'vectorize') && u.src.every(s => s === u.src[0])
    const operands = (splat ? [u.src[0]] : u.src).map(s => this.use(s))
    if (is(u, 'vectorize')) return this.settle(u, this.gather(u, operands), this.held(u.dtype), reads)
    if (is(u, 'extract')) {
      const lanes = u.dtype.lanes > 1 ? vector(operands[0].dtype, u.dtype.lanes) : u.dtype
      return this.settle(u, this.extract(u, operands[0]), lanes, reads)
    }
    const dtype = this.arithmetic.representation(u, operands)
    this.settle(u, this.arithmetic.emit(u, operands, dtype), dtype, reads)
  }

  private emitDot(u: UOp): void {
    const reads = this.readsOf(u.src)
    const [a, b, sum] = u.src.map(s => this.use(s))
    const expression = this.dialect.dot?.([a, b, sum].map(o => o.expression), [a.dtype, b.dtype, sum.dtype], this.prelude)
    if (expression === undefined) throw new PetagradError('UNSUPPORTED', `the ${this.dialect.language} renderer has no dot product for it`, named(u))
    this.settle(u, expression, u.dtype, reads)
  }

  private gather(u: UOp<'vectorize'>, operands: readonly Operand[]): Expression {
    const dtype = this.held(u.dtype)
    const picked = this.shuffle(u, dtype)
    if (picked !== undefined) return picked
    const [set, unset] = [-1, 0].map(n => this.arithmetic.number(n, dtype.scalar))
    const lane = (o: Operand) => (dtype.kind === u.dtype.kind ? o.expression : ternary(o.expression, set, unset))
    if (operands.length === 1) return this.dialect.splat(lane(operands[0]), dtype, this.prelude)
    return this.dialect.construct(operands.map(lane), dtype, this.prelude)
  }

  /** Lanes of vectors that have names, put together in one go. */
  private shuffle(u: UOp<'vectorize'>, dtype: DType): Expression | undefined {
    const picking = lanePicking(u)
    if (picking === undefined) return undefined
    const vectors = picking.vectors.map(v => this.named.get(v))
    const [a, b = a] = vectors
    if (a?.dtype !== dtype || b?.dtype !== dtype) return undefined
    return this.dialect.shuffle(a.expression, b.expression, dtype, picking.lanes, this.prelude)
  }

  private extract(u: UOp<'extract'>, x: Operand): Expression {
    const taken = this.dialect.extract(x.expression, x.dtype, u.arg, this.prelude)
    const fromMask = u.dtype.kind === 'bool' && u.dtype.lanes === 1 && x.dtype.kind !== 'bool'
    return fromMask ? infix('!=', taken, this.arithmetic.number(0, x.dtype.scalar)) : taken
  }

  /** What the texts of values that are not written down read. */
  private readsOf(values: readonly UOp[]): Reads {
    let union = NOTHING
    for (const v of values) {
      const reads = this.pending.get(v)?.reads ?? NOTHING
      if (reads.size > 0) union = union.size === 0 || union === reads ? reads : new Set([...union, ...reads])
    }
    return union
  }

  /** A value's text, for its user. */
  private use(u: UOp): Operand {
    const waiting = this.pending.get(u)
    if (waiting !== undefined) {
      this.pending.delete(u)
      return waiting.operand
    }
    const known = this.named.get(u)
    if (known === undefined) throw new PetagradError('IR_INVALID', 'a value is used before its place in the program', named(u))
    return known
  }

  /** Keeps a value for its only user if there is one and the text is short, or gives it a name. */
  private settle(u: UOp, expression: Expression, dtype: DType, reads: Reads): void {
    if (this.inline.has(u) && expression.text.length <= LONGEST) this.pending.set(u, { operand: { uop: u, expression, dtype }, reads })
    else this.bind(u, expression, dtype)
  }

  private bind(u: UOp, expression: Expression, dtype: DType, name = `v${this.counters.v++}`): void {
    this.line(`const ${this.dialect.type(dtype, this.prelude)} ${name} = ${expression.text};`)
    this.name(u, name, dtype)
  }

  private name(u: UOp, name: string, dtype = u.dtype): void {
    this.named.set(u, { uop: u, expression: atom(name), dtype })
  }

  private alias(u: UOp): void {
    const place = this.places.get(u.src[0])
    if (place !== undefined) this.places.set(u, place)
    else if (u.src[0].op === 'register') this.named.set(u, this.registerOperand(u.src[0]))
    else {
      const x = this.pending.get(u.src[0])
      if (x !== undefined) this.bind(u.src[0], this.use(u.src[0]).expression, x.operand.dtype)
      this.named.set(u, this.use(u.src[0]))
    }
  }

  // ---- dtypes

  /** What a value of this dtype is in the text: bool vectors are masks. */
  private held(dtype: DType): DType {
    return dtype.kind === 'bool' && dtype.lanes > 1 ? this.dialect.maskOf(dtype) : dtype
  }

  private storageOf(dtype: DType): DType {
    return dtype.kind === 'bool' ? vector(dtypes.u8, dtype.lanes) : dtype
  }

  // ---- memory

  private emitIndex(u: UOp): void {
    const at = this.pending.get(u.src[1])
    if (at !== undefined && at.reads.size > 0) this.bind(u.src[1], this.use(u.src[1]).expression, at.operand.dtype)
    const inner = this.places.get(u.src[0])
    const offset = this.use(u.src[1]).expression
    const base = inner?.base ?? this.use(u.src[0]).expression.text
    const sum = inner?.offset === undefined ? offset : infix('+', inner.offset, offset)
    const short = /^\w+$/.test(sum.text)
    if (this.inline.has(u) || short) {
      this.places.set(u, { base, offset: sum })
      return
    }
    const name = `q${this.counters.q++}`
    const type = this.dialect.pointerType(this.storageOf(u.dtype.scalar), u.dtype.space ?? 'global', this.access(u), this.prelude)
    this.line(`${type} ${name} = ${this.pointerTo({ base, offset: sum }).text};`)
    this.places.set(u, { base: name, offset: undefined })
  }

  /** What a pointer into the memory under `u` may do. */
  private access(u: UOp): 'read' | 'write' {
    return this.paramUnder(u)?.access === 'read' ? 'read' : 'write'
  }

  private paramUnder(u: UOp): ProgramParam | undefined {
    let root = u
    while (root.op === 'index' || root.op === 'after') root = root.src[0]
    const slot = is(root, 'param') ? root.arg.slot : undefined
    return this.program.params.find(p => p.slot === slot)
  }

  private place(u: UOp): Place {
    return this.places.get(u) ?? { base: this.use(u).expression.text, offset: undefined }
  }

  private pointerTo({ base, offset }: Place): Expression {
    return offset === undefined || offset.text === '0' ? atom(base) : infix('+', atom(base), offset)
  }

  private emitLoad(u: UOp): void {
    const register = registerUnder(u.src[0])
    if (register !== undefined) {
      const { expression, dtype } = this.registerOperand(register)
      return this.settle(u, expression, dtype, new Set([expression.text]))
    }
    const stored = this.storageOf(u.dtype)
    const place = this.place(u.src[0])
    const read = u.dtype.lanes > 1
      ? this.dialect.loadVector(this.pointerTo(place), stored, u.src[0].dtype.space ?? 'global', this.prelude)
      : element(atom(place.base), place.offset?.text ?? '0')
    const isMask = stored !== u.dtype && u.dtype.lanes > 1
    const dtype = this.held(u.dtype)
    const value = stored === u.dtype ? read : infix('!=', read, this.arithmetic.number(0, stored))
    if (u.src.length === 1) return this.settle(u, value, dtype, FROM_MEMORY)
    const reads = new Set([...this.readsOf(u.src.slice(1)), MEMORY])
    const alternative = this.use(u.src[1])
    const other = isMask ? this.arithmetic.maskFor(alternative, u.dtype) : alternative.expression
    this.settle(u, ternary(this.use(u.src[2]).expression, value, other), dtype, reads)
  }

  private emitStore(u: UOp): void {
    const register = registerUnder(u.src[0])
    const value = this.use(u.src[1])
    if (register !== undefined) return this.assign(register, value)
    const stored = this.storageOf(u.src[1].dtype)
    const place = this.place(u.src[0])
    const isMask = stored !== u.src[1].dtype && stored.lanes > 1
    const text = isMask ? this.arithmetic.maskToNumber(value, stored) : value.expression
    const streamed = this.paramUnder(u.src[0])?.streamed === true ? this.dialect.streamVector : undefined
    const write = stored.lanes > 1
      ? streamed?.(this.pointerTo(place), text, stored, this.prelude) ??
        this.dialect.storeVector(this.pointerTo(place), text, stored, u.src[0].dtype.space ?? 'global', this.prelude)
      : `${element(atom(place.base), place.offset?.text ?? '0').text} = ${text.text};`
    this.effect(u.src.length > 2 ? `if (${this.use(u.src[2]).expression.text}) ${write}` : write, MEMORY)
  }

  // ---- registers

  private declareLater(u: UOp): void {
    this.name(u, `acc${this.counters.acc++}`, this.held(u.dtype))
    this.undeclared.add(u)
  }

  private registerOperand(register: UOp): Operand {
    const operand = this.named.get(register)
    if (operand === undefined) throw new PetagradError('IR_INVALID', 'a register is used before its declaration', named(register))
    return operand
  }

  private assign(register: UOp, value: Operand): void {
    const { expression, dtype } = this.registerOperand(register)
    const text = value.dtype === dtype ? value.expression : this.arithmetic.maskFor(value, register.dtype)
    const declares = this.undeclared.delete(register)
    if (!declares && text.text === expression.text) return
    const type = declares ? `${this.dialect.type(dtype, this.prelude)} ` : ''
    this.effect(`${type}${expression.text} = ${text.text};`, expression.text)
  }

  // ---- statements

  private line(text: string): void {
    this.lines.push('  '.repeat(this.depth) + text)
  }

  /** A statement that writes: what read the same before it, and is used after it, is written down first. */
  private effect(text: string, written: string): void {
    this.writeDown(reads => reads.has(written))
    this.line(text)
  }

  private writeDown(affected: (reads: Reads) => boolean): void {
    for (const [uop, { operand, reads }] of this.pending) {
      if (!affected(reads)) continue
      this.pending.delete(uop)
      this.bind(uop, operand.expression, operand.dtype)
    }
  }

  private open(text: string): void {
    for (const register of this.undeclared) {
      const { expression, dtype } = this.registerOperand(register)
      this.line(`${this.dialect.type(dtype, this.prelude)} ${expression.text};`)
    }
    this.undeclared.clear()
    this.writeDown(reads => reads.size > 0) // a loop's body may write anything
    this.line(text)
    this.depth++
  }

  private openLoop(u: UOp): void {
    const extent = this.use(u.src[0]).expression.text
    let name: string
    do name = `i${this.counters.i++}`
    while (name in dtypes) // i8 and the like are types
    this.open(`for (${this.dialect.type(u.dtype, this.prelude)} ${name} = 0; ${name} < ${extent}; ${name}++) {`)
    this.name(u, name)
  }

  private close(): void {
    this.depth--
    this.line('}')
  }
}

const named = (u: UOp) => ({ op: u.op, dtypes: [u.dtype.name] })

function registerUnder(u: UOp): UOp | undefined {
  let root = u
  while (root.op === 'after') root = root.src[0]
  return root.op === 'register' ? root : undefined
}
