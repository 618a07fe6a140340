import { binaryOps, cast, dataTypes, decodeValues, dtypes, evalAlu, isFloat, mulacc, PetagradError, ternaryOps, unaryOps, uop, verify, where, type AluOp, type ConstValue, type DType, type UOp } from '@petagrad/ir'
import { difference, exact, type Tolerance } from '../comparison.js'
import { GraphInputs } from '../graph-inputs.js'
import { Random } from '../random.js'
import type { ConformanceTarget } from '../target.js'
import { edgeValues, operandPairs, randomValue } from '../values.js'
import type { CaseTemplate } from './template.js'

const ELEMENTS = 301

/** Inputs of one dtype that every operation on it is applied to. */
interface Operands {
  readonly inputs: GraphInputs
  readonly nodes: readonly UOp[]
  readonly values: readonly (readonly ConstValue[])[]
}

function operandsOf(dtype: DType): Operands {
  const random = new Random(dtype.bits + dtype.name.length)
  const inputs = new GraphInputs()
  const [a, b] = operandPairs(random, dtype, ELEMENTS)
  const c = a.map(() => randomValue(random, dtype)), flags = a.map(() => random.chance(0.5))
  const values = [a, b, c, flags]
  return { inputs, values, nodes: values.map((v, i) => inputs.buffer(i === 3 ? dtypes.bool : dtype, v)) }
}

function apply(op: AluOp, dtype: DType, [a, b, c, flags]: readonly UOp[]): UOp {
  if (op === 'where') return where(flags, a, b)
  if (op === 'mulacc') return mulacc(a, b, c)
  const comparison = op === 'lt' || op === 'eq' || op === 'ne'
  return uop(op, comparison ? dtypes.bool : dtype, (unaryOps as readonly string[]).includes(op) ? [a] : [a, b])
}

/** The operations that the IR has on a dtype, as the verifier knows them. */
function opsOn(dtype: DType, operands: Operands): AluOp[] {
  return [...unaryOps, ...binaryOps, ...ternaryOps].filter(op => {
    try {
      verify(apply(op, dtype, operands.nodes), 'tensor')
      return true
    } catch (error) {
      if (error instanceof PetagradError) return false
      throw error
    }
  })
}

/** exp2, log2 and sin have no exactly rounded definition that every machine could meet. */
const isTranscendental = (op: AluOp): boolean => op === 'exp2' || op === 'log2' || op === 'sin'

function toleranceOf(op: AluOp, dtype: DType): Tolerance {
  if (isTranscendental(op)) return { kind: 'ulps', ulps: dtype === dtypes.f64 ? 4 : 2 }
  return op === 'max' ? { kind: 'exact', zeros: true } : exact
}

/**
 * Every ALU operation on every dtype that has it, over all pairs of edge values and random ones. The operations of one
 * dtype are the roots of one graph, computed once and looked at case by case.
 */
export function elementWiseCases(): CaseTemplate[] {
  return dataTypes.flatMap(dtype => {
    const operands = operandsOf(dtype)
    const ops = opsOn(dtype, operands)
    const sink = uop('sink', dtypes.void, ops.map(op => apply(op, dtype, operands.nodes)))
    const results = oncePerTarget(sink, operands.inputs)
    return ops.map((op, i): CaseTemplate => ({
      name: `${op} on ${dtype.name}`,
      dtypes: [dtype, dtypes.bool],
      run: async target => {
        const root = sink.src[i]
        const actual = decodeValues(root.dtype, await results(target, i))
        const found = op === 'mulacc' && isFloat(dtype) ? mulaccDifference(dtype, operands, actual) : difference(root.dtype, expectedOf(op, root, operands), actual, toleranceOf(op, dtype))
        if (found !== undefined) throw new Error(`${target.name}: ${op} on ${dtype.name}: ${found}`)
      },
    }))
  })
}

function expectedOf(op: AluOp, root: UOp, { values: [a, b, c, flags] }: Operands): ConstValue[] {
  const types = root.src.map(s => s.dtype)
  const args = (i: number): readonly ConstValue[] => (op === 'where' ? [flags[i], a[i], b[i]] : [a[i], b[i], c[i]])
  return a.map((_, i) => evalAlu(op, root.dtype, args(i), types))
}

/** a*b + c may be rounded once or twice: either is right. */
function mulaccDifference(dtype: DType, { values: [a, b, c] }: Operands, actual: readonly ConstValue[]): string | undefined {
  const once = a.map((x, i) => evalAlu('mulacc', dtype, [x, b[i], c[i]], [dtype, dtype, dtype]))
  const twice = a.map((x, i) => evalAlu('add', dtype, [evalAlu('mul', dtype, [x, b[i]], [dtype, dtype]), c[i]], [dtype, dtype]))
  const either = once.map((value, i) => (Object.is(actual[i], twice[i]) ? twice[i] : value))
  // In double the oracle itself rounds twice; a fused result is off by what the product's rounding lost.
  const lost = a.map((x, i) => Math.abs(Number(x) * Number(b[i])) + Math.abs(Number(c[i])))
  return difference(dtype, either, actual, dtype === dtypes.f64 ? { kind: 'sum', terms: 1, magnitude: lost } : exact)
}

/** Casts between all pairs of dtypes, and bitcasts between those of one width. */
export function castCases(): CaseTemplate[] {
  return dataTypes.flatMap(from => {
    const random = new Random(from.bits * 31 + from.name.length)
    const values = [...edgeValues(from), ...castEdges(from)]
    while (values.length < 128) values.push(randomValue(random, from))
    const inputs = new GraphInputs()
    const x = inputs.buffer(from, values)
    const others = dataTypes.filter(to => to !== from)
    const nodes = [...others.map(to => cast('cast', x, to)), ...others.filter(to => to.bits === from.bits && to.kind !== 'bool' && from.kind !== 'bool').map(to => cast('bitcast', x, to))]
    const results = oncePerTarget(uop('sink', dtypes.void, nodes), inputs)
    return nodes.map((node, i): CaseTemplate => ({
      name: `${node.op} ${from.name} to ${node.dtype.name}`,
      dtypes: [from, node.dtype, ...others],
      run: async target => {
        const expected = values.map(v => evalAlu(node.op as 'cast' | 'bitcast', node.dtype, [v], [from])) // nodes holds casts only
        const actual = decodeValues(node.dtype, await results(target, i))
        const found = difference(node.dtype, maskNaN(values, expected, node), maskNaN(values, actual, node), exact)
        if (found !== undefined) throw new Error(`${target.name}: ${node.op} ${from.name} to ${node.dtype.name}: ${found}`)
      },
    }))
  })
}

/** The bit pattern of a NaN is nobody's promise. */
const maskNaN = (inputs: readonly ConstValue[], outputs: readonly ConstValue[], node: UOp): readonly ConstValue[] =>
  node.op === 'bitcast' ? outputs.map((v, i) => (Number.isNaN(inputs[i]) ? 0 : v)) : outputs

/** Where casts saturate, wrap, and lie half way between two values of a narrower type. */
function castEdges(from: DType): ConstValue[] {
  if (from.kind === 'float') {
    const wide = [127.5, 128, -128.5, 255.5, 256, 32767.5, 65519, 65520, 65535.5, 2147483647, 2147483648, -2147483649,
      4294967296, 9.3e18, -9.3e18, 1.9e19, 448, 464, 465, 61439, 61440, 1.0625, 1.1875, 3.3e38, 2049, 2051, 16777217]
    return wide.map(v => evalAlu('cast', from, [v], [dtypes.f64]))
  }
  if (from.kind === 'bool') return []
  const integers = [127n, 128n, 255n, 256n, 2049n, 2051n, 65519n, 65520n, 16777217n, 16777219n, 2147483648n, 4294967297n,
    9007199254740993n, 9223372036854775807n, 1152921573326323713n]
  return integers.map(v => evalAlu('cast', from, [v], [dtypes.u64]))
}

/**
 * The bytes of a root of a graph that is computed once for each target. If that fails, each root is computed alone, so
 * that what fails is the case that is to blame.
 */
function oncePerTarget(sink: UOp<'sink'>, inputs: GraphInputs): (target: ConformanceTarget, root: number) => Promise<Uint8Array> {
  const known = new WeakMap<ConformanceTarget, Promise<readonly Uint8Array[] | undefined>>()
  const execute = (target: ConformanceTarget, graph: UOp<'sink'>): Promise<readonly Uint8Array[]> =>
    target.execute(graph, new Map([...inputs.bytes].map(([buffer, bytes]) => [buffer, bytes.slice()])))
  return async (target, root) => {
    let together = known.get(target)
    if (together === undefined) known.set(target, (together = execute(target, sink).catch(() => undefined)))
    const results = await together
    return results === undefined ? (await execute(target, uop('sink', dtypes.void, [sink.src[root]])))[0] : results[root]
  }
}
