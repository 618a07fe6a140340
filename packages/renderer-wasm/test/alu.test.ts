import {
  address, aluOps, cast, constant, dtypes, evalAlu, itemSize, load, param, store, uop, vector, type AluOp, type ConstValue, type DType, type UOp,
} from '@petagrad/ir'
import { describe, expect, it } from 'vitest'
import { createWasmRenderer, disassemble } from '../src/index.js'
import { counter, end, programOf, runProgram } from './programs.js'

const { capabilities } = createWasmRenderer()
const names = Object.keys(capabilities.dtypes) as (keyof typeof dtypes)[] // keys of a record by dtype name

const floats = [0, -0, 1, -1, 0.5, -0.5, 1.5, -2.5, 3, 7, -7, 1e-3, 127.5, 128, -128.9, 255.4, 256, 32767.6, -32769, 65536, 2147483648, -2147483649,
  4294967296, 9.3e18, -9.3e18, 1.9e19, 1e-40, 5e-324, -2.5e-310, 1.7e308, 3e38, -3e38, Infinity, -Infinity, NaN]
const wide = [0n, 1n, -1n, 2n, -2n, 3n, 5n, -7n, 10n, 100n, -100n, 127n, 128n, 255n, 256n, 32767n, 65535n, -32768n, 1n << 31n, (1n << 31n) - 1n,
  -(1n << 31n), (1n << 32n) - 1n, (1n << 63n) - 1n, -(1n << 63n), 6148914691236517205n, -3074457345618258603n]

function samples(d: DType): ConstValue[] {
  switch (d.kind) {
    case 'bool': return [false, true]
    case 'float': return floats.map(x => (d.bits === 32 ? Math.fround(x) : x))
    default: return [...new Set(wide.map(x => evalAlu('cast', d, [x], [dtypes.i64])))]
  }
}

function write(view: DataView, d: DType, at: number, x: ConstValue): void {
  switch (d.name) {
    case 'bool': case 'u8': view.setUint8(at, Number(x)); return
    case 'i8': view.setInt8(at, Number(x)); return
    case 'i16': view.setInt16(at, Number(x), true); return
    case 'u16': view.setUint16(at, Number(x), true); return
    case 'i32': view.setInt32(at, Number(x), true); return
    case 'u32': view.setUint32(at, Number(x), true); return
    case 'i64': view.setBigInt64(at, BigInt(x), true); return
    case 'u64': view.setBigUint64(at, BigInt(x), true); return
    case 'f32': view.setFloat32(at, Number(x), true); return
    default: view.setFloat64(at, Number(x), true)
  }
}

function read(view: DataView, d: DType, at: number): ConstValue {
  switch (d.name) {
    case 'bool': {
      const byte = view.getUint8(at)
      if (byte > 1) throw new Error(`${byte} is not a bool`)
      return byte === 1
    }
    case 'u8': return view.getUint8(at)
    case 'i8': return view.getInt8(at)
    case 'i16': return view.getInt16(at, true)
    case 'u16': return view.getUint16(at, true)
    case 'i32': return view.getInt32(at, true)
    case 'u32': return view.getUint32(at, true)
    case 'i64': return view.getBigInt64(at, true)
    case 'u64': return view.getBigUint64(at, true)
    case 'f32': return view.getFloat32(at, true)
    default: return view.getFloat64(at, true)
  }
}

function toBytes(d: DType, values: readonly ConstValue[]): Uint8Array {
  const out = new Uint8Array(values.length * itemSize(d))
  values.forEach((x, i) => write(new DataView(out.buffer), d, i * itemSize(d), x))
  return out
}

interface Case {
  readonly op: AluOp
  readonly result: DType
  readonly operands: readonly DType[]
}

function arity(op: AluOp): number {
  if (op === 'where' || op === 'mulacc') return 3
  return ['neg', 'reciprocal', 'exp2', 'log2', 'sin', 'sqrt', 'trunc', 'cast', 'bitcast'].includes(op) ? 1 : 2
}

function casesOf(d: DType): Case[] {
  const support = capabilities.dtypes[d.name as keyof typeof dtypes]
  if (support === undefined) return []
  return aluOps.filter(op => support.ops.includes(op)).flatMap((op): Case[] => {
    if (op === 'cast') return support.castsTo.map(to => ({ op, result: dtypes[to], operands: [d] }))
    if (op === 'bitcast') return names.map(n => dtypes[n]).filter(t => t.bits === d.bits && t.kind !== 'bool').map(to => ({ op, result: to, operands: [d] }))
    if (op === 'where') return [{ op, result: d, operands: [dtypes.bool, d, d] }]
    const result = op === 'lt' || op === 'eq' || op === 'ne' ? dtypes.bool : d
    return [{ op, result, operands: Array.from({ length: arity(op) }, () => d) }]
  })
}

/** All pairs of samples (and a third that varies), padded to full vectors. */
function inputsOf(c: Case): ConstValue[][] {
  const columns: ConstValue[][] = c.operands.map(() => [])
  const pools = c.operands.map(samples)
  const second = pools[1] ?? [0]
  pools[0].forEach((a, i) => second.forEach((b, j) => {
    columns[0].push(a)
    if (columns.length > 1) columns[1].push(b)
    if (columns.length > 2) columns[2].push(pools[2][(i * 7 + j * 3) % pools[2].length])
  }))
  while (columns[0].length % 16 !== 0) columns.forEach((column, k) => column.push(pools[k][0]))
  return columns
}

/** out[i] = op(a[i], b[i], …), `lanes` at a time. */
function elementwise(c: Case, lanes: number, size: number, fixed?: ConstValue): ReturnType<typeof programOf> {
  const r = counter(size / lanes, 0)
  const offset = lanes === 1 ? r : uop('mul', dtypes.i32, [r, constant(lanes, dtypes.i32)])
  const read = c.operands.map((d, slot) => load(address(param(slot + 1, d, size), offset), undefined, lanes))
  const operands: UOp[] = fixed === undefined ? read : [read[0], constant(fixed, vector(c.operands[1], lanes)), ...read.slice(2)]
  const value = c.op === 'cast' || c.op === 'bitcast' ? cast(c.op, operands[0], c.result) : uop(c.op, vector(c.result, lanes), operands)
  const place = address(param(0, c.result, size), offset)
  return programOf([r, ...operands, value, place, store(place, value), end(r)], [c.result, ...c.operands], size)
}

function sameValue(c: Case, actual: ConstValue, wanted: ConstValue, args: readonly ConstValue[]): boolean {
  if (Object.is(actual, wanted)) return true
  if (c.op === 'max' && actual === wanted) return true // 0 and -0: the IR leaves open which
  if (c.op === 'mulacc' && c.result.kind === 'float') {
    const [a, b, k] = args.map(Number)
    const product = c.result.bits === 32 ? Math.fround(a * b) : a * b
    const twice = c.result.bits === 32 ? Math.fround(product + k) : product + k
    return Object.is(Number(actual), twice)
  }
  return false
}

async function check(c: Case, lanes: number, fixed?: ConstValue): Promise<void> {
  const columns = inputsOf(c)
  if (fixed !== undefined) columns[1] = columns[1].map(() => fixed)
  const size = columns[0].length
  const args = [new Uint8Array(size * itemSize(c.result)), ...columns.map((column, i) => toBytes(c.operands[i], column))]
  const [out] = await runProgram(elementwise(c, lanes, size, fixed), args)
  const view = new DataView(out.buffer)
  const wrong: string[] = []
  for (let i = 0; i < size; i++) {
    const operands = columns.map(column => column[i])
    const wanted = evalAlu(c.op, c.result, operands, c.operands)
    const actual = read(view, c.result, i * itemSize(c.result))
    if (!sameValue(c, actual, wanted, operands)) wrong.push(`${c.op}(${operands.map(String).join(', ')}) = ${String(actual)}, not ${String(wanted)}`)
  }
  expect(wrong.slice(0, 8)).toEqual([])
}

describe('every declared operation agrees with the scalar semantics of the IR', () => {
  for (const name of names) {
    const d = dtypes[name]
    for (const c of casesOf(d)) {
      const title = c.op === 'cast' || c.op === 'bitcast' ? `${c.op} ${d.name} to ${c.result.name}` : `${c.op} ${d.name}`
      it(title, () => check(c, 1))
      const lanes = [...new Set([...c.operands, c.result].map(t => capabilities.dtypes[t.name as keyof typeof dtypes]?.lanes ?? []).reduce((a, b) => a.filter(x => b.includes(x))))]
      for (const n of lanes) it(`${title} in ${n} lanes`, () => check(c, n))
    }
  }
})

describe('division by constants', () => {
  for (const name of ['i8', 'u8', 'i16', 'i32', 'u32', 'i64', 'u64'] as const) {
    const d = dtypes[name]
    for (const op of ['div', 'mod', 'floordiv', 'floormod'] as const) {
      it(`${op} ${name}`, async () => {
        for (const divisor of samples(d)) await check({ op, result: d, operands: [d, d] }, 1, divisor)
      })
    }
  }
})

describe('maximum with a constant', () => {
  for (const [name, lanes] of [['f32', 4], ['f64', 2], ['i32', 4], ['u64', 2]] as const) {
    it(name, async () => {
      for (const x of samples(dtypes[name])) await check({ op: 'max', result: dtypes[name], operands: [dtypes[name], dtypes[name]] }, lanes, x)
    })
  }
})

describe('shifts by one count for all lanes', () => {
  for (const [name, lanes] of [['i8', 16], ['u16', 8], ['i32', 4], ['u32', 4], ['i64', 2], ['u64', 2]] as const) {
    for (const op of ['shl', 'shr'] as const) {
      it(`${op} ${name}`, async () => {
        for (const count of [0, 1, 5, 7, 8, 31, 33]) await check({ op, result: dtypes[name], operands: [dtypes[name], dtypes[name]] }, lanes, name.endsWith('64') ? BigInt(count) : count)
      })
    }
  }
})

describe('choices by order become one instruction', () => {
  for (const [name, lanes] of [['f32', 4], ['f64', 2]] as const) {
    it.each([[true], [false]])(`${name}, the larger: %s`, async larger => {
      const d = dtypes[name]
      const c: Case = { op: 'max', result: d, operands: [d, d] }
      const columns = inputsOf(c)
      const size = columns[0].length
      const r = counter(size / lanes, 0)
      const offset = uop('mul', dtypes.i32, [r, constant(lanes, dtypes.i32)])
      const [x, y] = [1, 2].map(slot => load(address(param(slot, d, size), offset), undefined, lanes))
      const less = uop('lt', vector(dtypes.bool, lanes), [x, y])
      const value = uop('where', x.dtype, larger ? [less, y, x] : [less, x, y])
      const place = address(param(0, d, size), offset)
      const program = programOf([r, x, y, less, value, place, store(place, value), end(r)], [d, d, d], size)
      const [out] = await runProgram(program, [new Uint8Array(size * itemSize(d)), ...columns.map(column => toBytes(d, column))])
      const actual = Array.from({ length: size }, (_, i) => read(new DataView(out.buffer), d, i * itemSize(d)))
      const wanted = columns[0].map((a, i) => (Number(a) < Number(columns[1][i]) === larger ? columns[1][i] : a))
      expect(actual).toEqual(wanted)
      const artifact = createWasmRenderer().render(program)
      expect(artifact.kind === 'binary' && disassemble(artifact.bytes)).toContain(larger ? 'pmax' : 'pmin')
    })
  }
})
