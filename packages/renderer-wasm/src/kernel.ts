import { dtypes, is, isAlu, PetagradError, vector, type DType, type UOp } from '@petagrad/ir/graph'
import { lanePicking, type LinearProgram } from '@petagrad/renderer'
import { placeAddresses, withoutOrder, type AddressedProgram } from './addresses.js'
import { Code, type ValueType } from './encoding/code.js'
import type { WasmFunction } from './encoding/module.js'
import { fmodFunction } from './lower/fmod.js'
import type { Emission, Operand } from './lower/emission.js'
import { extractLane, loadSplatOf, replaceLane, shuffleLanes, splat } from './lower/lanes.js'
import { loadFrom, storeTo } from './lower/memory.js'
import { emitScalar, pushConstant } from './lower/scalar.js'
import { isHalf, isWord, signOf, valueType } from './lower/types.js'
import { emitVector, pushSplatConstant } from './lower/vector.js'
import { isMemoryAccess, registerOf, selectionOf, splatSource, uniformCount } from './operands.js'
import { planProgram, type Plan } from './plan.js'

/** The kernel function's parameters: addresses of the argument table and of the scratch area, and the task's number. */
const ARGUMENTS = 0, TASK = 1, SCRATCH = 2
const WORD = 4

/** The functions of a kernel's module: the kernel, and what it calls. */
export function emitKernel(program: LinearProgram, relaxed: boolean): WasmFunction[] {
  return new KernelEmitter(program, relaxed).functions()
}

class KernelEmitter implements Emission {
  readonly code = new Code(['i32', 'i32', 'i32'])
  private readonly uops: readonly UOp[]
  private readonly places: AddressedProgram['places']
  private readonly plan: Plan
  private readonly locals = new Map<UOp, number>()
  /** What gives its local back after the uop at a place. */
  private readonly dying = new Map<number, UOp[]>()
  private readonly called: WasmFunction[] = []

  constructor(
    private readonly program: LinearProgram,
    readonly relaxed: boolean,
  ) {
    const addressed = placeAddresses(program.uops)
    this.uops = addressed.uops
    this.places = addressed.places
    this.plan = planProgram(addressed)
  }

  functions(): WasmFunction[] {
    this.loadArguments()
    this.uops.forEach((u, at) => {
      this.emit(u, at)
      for (const dead of this.dying.get(at) ?? []) this.code.release(valueType(dead.dtype), this.local(dead))
    })
    return [{ name: this.program.name, parameters: this.code.parameters, results: [], body: this.code.finish() }, ...this.called]
  }

  withLocal(type: ValueType, use: (local: number) => void): void {
    const local = this.code.local(type)
    use(local)
    this.code.release(type, local)
  }

  fmod(): number {
    if (this.called.length === 0) this.called.push(fmodFunction())
    return 1
  }

  /** Params and variables are read once, at the start. */
  private loadArguments(): void {
    const order = this.program.variables.map(v => v.arg.name)
    for (const u of this.uops) {
      if (!is(u, 'param') && !is(u, 'variable')) continue
      const word = is(u, 'param') ? u.arg.slot : this.program.params.length + order.indexOf(u.arg.name)
      this.code.get(ARGUMENTS).memory('i32.load', 2, word * WORD)
      if (valueType(u.dtype) === 'i64') this.code.op('i64.extend_i32_s')
      this.code.set(this.assign(u))
    }
  }

  private assign(u: UOp): number {
    const local = this.code.local(valueType(u.dtype))
    this.locals.set(u, local)
    return local
  }

  /** A local for `u` until its last use. */
  private assignUntil(u: UOp, last: number): number {
    const list = this.dying.get(last)
    if (list === undefined) this.dying.set(last, [u])
    else list.push(u)
    return this.assign(u)
  }

  private local(u: UOp): number {
    const local = this.locals.get(u)
    if (local === undefined) throw new PetagradError('IR_INVALID', 'is used before its place', { op: u.op, dtypes: [u.dtype.name] })
    return local
  }

  private emit(u: UOp, at: number): void {
    switch (u.op) {
      case 'const': case 'param': case 'variable': case 'special': case 'scratch': case 'after': case 'barrier': return
      case 'range': this.openLoop(u); return
      case 'end': this.closeLoop(u, at); return
      case 'if':
        this.push(u.src[0])
        this.code.block('if')
        return
      case 'endif': this.code.op('end'); return
      case 'store': this.store(u); return
      case 'register': {
        const last = this.plan.values.get(u)?.lastUse ?? -1
        if (last >= 0) this.assignUntil(u, last)
        return
      }
    }
    const carried = this.plan.values.get(u)
    if (carried?.carrier !== 'local' || this.locals.has(u)) return
    this.compute(u)
    // What dies here may give its local to the result.
    for (const dead of this.dying.get(at) ?? []) this.code.release(valueType(dead.dtype), this.local(dead))
    this.dying.delete(at)
    this.code.set(this.assignUntil(u, carried.lastUse))
  }

  /** A counter from 0; where the extent may be zero, the loop is skipped then. */
  private openLoop(u: UOp): void {
    const { code } = this
    const type = valueType(u.dtype)
    for (const { address, start } of this.plan.moving.get(u) ?? []) {
      this.push(start)
      code.set(this.assign(address))
    }
    const counter = this.assign(u)
    pushConstant(this, u.dtype, 0)
    code.set(counter)
    if (mayBeEmpty(u)) {
      code.block('block')
      this.push(u.src[0])
      pushConstant(this, u.dtype, 0)
      code.op(type === 'i64' ? 'i64.le_s' : 'i32.le_s').indexed('br_if', 0)
    }
    code.block('loop')
  }

  private closeLoop(u: UOp, at: number): void {
    const { code } = this
    const range = u.src[0]
    const counter = this.local(range)
    const moving = this.plan.moving.get(range) ?? []
    for (const { address, step } of moving) code.get(this.local(address)).i32(step).op('i32.add').set(this.local(address))
    code.get(counter)
    pushConstant(this, range.dtype, 1)
    code.op(valueType(range.dtype) === 'i64' ? 'i64.add' : 'i32.add').tee(counter)
    this.push(range.src[0])
    code.op(valueType(range.dtype) === 'i64' ? 'i64.lt_s' : 'i32.lt_s').indexed('br_if', 0).op('end')
    if (mayBeEmpty(range)) code.op('end')
    const ended = [range, ...moving.map(m => m.address)]
    const list = this.dying.get(at)
    if (list === undefined) this.dying.set(at, ended)
    else list.push(...ended)
  }

  private store(u: UOp): void {
    const { code } = this
    const value = u.src[1]
    const gate = u.src.at(2)
    const register = registerOf(u)
    if (gate !== undefined) {
      this.push(gate)
      code.block('if')
    }
    if (register !== undefined) {
      this.push(value)
      if (this.locals.has(register)) code.set(this.local(register))
      else code.op('drop')
    } else {
      const offset = this.pushAddress(u.src[0])
      storeTo(this, value.dtype, offset, () => this.push(value))
    }
    if (gate !== undefined) code.op('end')
  }

  /** Leaves a value on the stack. */
  private push(of: UOp): void {
    const u = withoutOrder(of)
    const { code } = this
    if (is(u, 'const')) {
      if (u.dtype.lanes > 1) pushSplatConstant(this, u.dtype, u.arg)
      else pushConstant(this, u.dtype, u.arg)
    } else if (is(u, 'special')) {
      if (u.arg.name !== 'grid0') throw new PetagradError('IR_INVALID', `${u.arg.name} does not exist on WebAssembly`, { op: 'special' })
      code.get(TASK)
      if (valueType(u.dtype) === 'i64') code.op('i64.extend_i32_u')
    } else if (u.op === 'scratch') code.get(SCRATCH)
    else if (u.op === 'param' || u.op === 'variable' || u.op === 'range') code.get(this.local(u))
    else {
      const carrier = this.plan.values.get(u)?.carrier
      if (carrier === 'inline') this.compute(u)
      else code.get(this.local(carrier === 'register' ? registerOf(u) ?? u : u))
    }
  }

  /** Computes a value and leaves it on the stack. */
  private compute(u: UOp): void {
    const { code } = this
    if (u.op === 'load') this.load(u)
    else if (u.op === 'index') {
      this.push(u.src[0])
      this.push(u.src[1])
      code.op('i32.add')
    } else if (u.op === 'vectorize') this.vectorize(u)
    else if (is(u, 'extract')) this.extract(u, u.arg)
    else if (u.op === 'dot') this.dot(u)
    else if (u.op === 'cast' && isHalf(u.src[0].dtype)) this.widen(u)
    else if (isAlu(u.op)) {
      const selection = selectionOf(u)
      const operands = this.operands(u)
      if (selection !== undefined) {
        for (const x of selection.operands) this.push(x)
        code.op(u.dtype.bits === 64 ? `f64x2.${selection.instruction}` : `f32x4.${selection.instruction}`)
      } else if (u.dtype.lanes > 1) emitVector(this, u.op, u.dtype, operands)
      else emitScalar(this, u.op, u.dtype, operands)
    } else throw new PetagradError('UNSUPPORTED', 'WebAssembly cannot render this uop', { op: u.op })
  }

  private operands(u: UOp): Operand[] {
    const count = uniformCount(u)
    return (count === undefined ? u.src : [u.src[0], count]).map((s, i) => {
      const x = withoutOrder(s)
      const constant = is(x, 'const') ? x.arg : undefined
      if (i === 1 && count !== undefined && is(x, 'const')) {
        return { dtype: x.dtype.scalar, constant, push: () => pushConstant(this, x.dtype.scalar, x.arg) }
      }
      return { dtype: x.dtype, constant, push: () => this.push(x) }
    })
  }

  /** Pushes the address and returns the offset that the instruction adds. */
  private pushAddress(address: UOp): number {
    const place = this.places.get(address)
    if (place === undefined) throw new PetagradError('IR_INVALID', 'the address of an access is not an index', { op: address.op })
    const { base, bytes, inInstruction } = place
    this.push(base)
    if (inInstruction) return bytes
    this.code.i32(bytes).op('i32.add')
    return 0
  }

  private load(u: UOp): void {
    const { code } = this
    const register = registerOf(u)
    if (register !== undefined) {
      code.get(this.local(register))
      return
    }
    const [address, alternative, gate] = u.src
    const read = (): void => loadFrom(this, u.dtype, offsetOf => offsetOf(this.pushAddress(address)))
    if (gate === undefined) {
      read()
      return
    }
    if (gate.dtype.lanes > 1) throw new PetagradError('UNSUPPORTED', 'WebAssembly has no loads with a gate per lane', { op: 'load' })
    this.push(gate)
    code.block('if', valueType(u.dtype))
    read()
    code.op('else')
    this.push(alternative)
    code.op('end')
  }

  private vectorize(u: UOp): void {
    const { code } = this
    const same = splatSource(u)
    if (same !== undefined) {
      const x = withoutOrder(same)
      if (is(x, 'const')) pushSplatConstant(this, u.dtype, x.arg)
      else if (this.isPlainLoad(x)) code.memory(loadSplatOf(x.dtype), 0, this.pushAddress(x.src[0]))
      else splat(this, u.dtype, () => this.push(x))
      return
    }
    const picked = lanePicking(u)
    if (picked !== undefined) {
      this.pickLanes(u.dtype, picked.vectors, picked.lanes)
      return
    }
    u.src.forEach((s, lane) => {
      if (lane === 0) splat(this, u.dtype, () => this.push(s))
      else replaceLane(this, u.dtype, () => this.push(s), lane)
    })
  }

  /** A load from memory that is computed in place, without a gate, and is not a bool. */
  private isPlainLoad(u: UOp): boolean {
    return u.op === 'load' && isMemoryAccess(u) && u.src.length === 1 && u.dtype.kind !== 'bool' && this.plan.values.get(u)?.carrier === 'inline'
  }

  private extract(u: UOp, lanes: readonly number[]): void {
    const source = u.src[0]
    if (isWord(source.dtype)) this.repeat(u, lanes)
    else if (lanes.length === 1) extractLane(this, source.dtype, () => this.push(source), lanes[0])
    else if (u.dtype === source.dtype) this.pickLanes(u.dtype, [source], lanes)
    else throw new PetagradError('UNSUPPORTED', 'WebAssembly has vectors of 128 bits only', { op: 'extract', dtypes: [source.dtype.name, u.dtype.name] })
  }

  /** Lanes of a short vector over and over. */
  private repeat(u: UOp, lanes: readonly number[]): void {
    const { code } = this
    const source = withoutOrder(u.src[0])
    const { bits, lanes: count } = source.dtype
    if (bits * lanes.length !== 128 || lanes.some((lane, i) => lane !== i % count)) {
      throw new PetagradError('UNSUPPORTED', 'WebAssembly repeats short vectors only', { op: 'extract', dtypes: [source.dtype.name, u.dtype.name] })
    } else if (this.isPlainLoad(source)) code.memory('v128.load32_splat', Math.log2(bits / 8), this.pushAddress(source.src[0]))
    else {
      this.push(source)
      code.op('i32x4.splat')
    }
  }

  /** Eight bytes as eight lanes of 16 bits. */
  private widen(u: UOp): void {
    const source = withoutOrder(u.src[0])
    if (u.dtype.bits !== 16) throw new PetagradError('UNSUPPORTED', 'WebAssembly widens bytes to 16 bits', { op: 'cast', dtypes: [u.dtype.name] })
    const sign = signOf(source.dtype)
    if (this.isPlainLoad(source)) this.code.memory(`v128.load8x8_${sign}`, 0, this.pushAddress(source.src[0]))
    else {
      this.push(source)
      this.code.op(`i16x8.extend_low_i8x16_${sign}`)
    }
  }

  private dot(u: UOp): void {
    const [a, b, sum] = u.src
    if (u.dtype !== vector(dtypes.i32, 4) || [a, b].some(x => x.dtype !== vector(dtypes.i16, 8))) {
      throw new PetagradError('UNSUPPORTED', 'WebAssembly has dot products of i16 only', { op: 'dot', dtypes: u.src.map(s => s.dtype.name) })
    }
    this.push(a)
    this.push(b)
    this.code.op('i32x4.dot_i16x8_s')
    this.push(sum)
    this.code.op('i32x4.add')
  }

  private pickLanes(dtype: DType, vectors: readonly UOp[], lanes: readonly number[]): void {
    if (lanes.every((lane, i) => lane === i)) {
      this.push(vectors[0])
      return
    }
    if (vectors.length === 2) {
      this.push(vectors[0])
      this.push(vectors[1])
      shuffleLanes(this, dtype, lanes)
      return
    }
    this.withLocal('v128', local => {
      this.push(vectors[0])
      this.code.tee(local).get(local)
      shuffleLanes(this, dtype, lanes)
    })
  }
}

function mayBeEmpty(range: UOp): boolean {
  const extent = range.src[0]
  return !(is(extent, 'const') && Number(extent.arg) > 0)
}
