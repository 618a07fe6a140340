import type { Input } from '../input-values.js'
import { valuesOf } from '../input-values.js'
import type { OnnxConstant, OnnxNode, OnnxProgram } from './onnx-program.js'

/** What is used of protobufjs, which is installed with the peers. */
export interface Protobuf {
  readonly Root: {
    fromJSON(schema: unknown): {
      lookupType(name: string): { encode(message: object): { finish(): Uint8Array } }
    }
  }
}

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule === undefined ? {} : { rule }) })

/** The part of onnx.proto (onnx.ai) that a plain graph needs. Names are protobufjs's camel case of the standard's. */
const schema = {
  nested: {
    Model: { fields: { irVersion: field(1, 'int64'), producerName: field(2, 'string'), graph: field(7, 'Graph'), opsetImport: field(8, 'OperatorSet', 'repeated') } },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Graph: {
      fields: {
        node: field(1, 'Node', 'repeated'), name: field(2, 'string'), initializer: field(5, 'Tensor', 'repeated'),
        input: field(11, 'ValueInfo', 'repeated'), output: field(12, 'ValueInfo', 'repeated'),
      },
    },
    Node: {
      fields: {
        input: field(1, 'string', 'repeated'), output: field(2, 'string', 'repeated'), name: field(3, 'string'),
        opType: field(4, 'string'), attribute: field(5, 'Attribute', 'repeated'),
      },
    },
    Attribute: { fields: { name: field(1, 'string'), f: field(2, 'float'), i: field(3, 'int64'), ints: field(8, 'int64', 'repeated'), type: field(20, 'int32') } },
    Tensor: { fields: { dims: field(1, 'int64', 'repeated'), dataType: field(2, 'int32'), name: field(8, 'string'), rawData: field(9, 'bytes') } },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Shape: { fields: { dim: field(1, 'Dimension', 'repeated') } },
    Dimension: { fields: { dimValue: field(1, 'int64') } },
  },
}

const elementTypes = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7 } as const
const attributeTypes = { float: 1, int: 2, ints: 7 } as const
const irVersion = 10

/** A model as the bytes of an .onnx file. */
export function encodeModel(protobuf: Protobuf, program: OnnxProgram, inputs: Readonly<Record<string, Input>>): Uint8Array {
  const { nodes, constants = {}, result, operatorSet = 17 } = program
  const fed = Object.entries(inputs).filter(([, input]) => !input.constant)
  const weights = Object.entries(inputs).filter(([, input]) => input.constant)
  const message = {
    irVersion,
    producerName: 'petagrad-bench',
    opsetImport: [{ domain: '', version: operatorSet }],
    graph: {
      name: 'case',
      node: nodes.map(nodeMessage),
      initializer: [
        ...weights.map(([name, input]) => tensorMessage(name, input, bytesOf(valuesOf(input)))),
        ...Object.entries(constants).map(([name, constant]) => tensorMessage(name, constant, constantBytes(constant))),
      ],
      input: fed.map(([name, input]) => valueMessage(name, input)),
      output: [valueMessage(result.name, result)],
    },
  }
  return protobuf.Root.fromJSON(schema).lookupType('Model').encode(message).finish()
}

function nodeMessage({ op, inputs, outputs, attributes = {}, floats = {} }: OnnxNode, index: number): object {
  return {
    input: inputs,
    output: outputs,
    name: `${op}${index}`,
    opType: op,
    attribute: [
      ...Object.entries(attributes).map(([name, value]) => (typeof value === 'number'
        ? { name, i: value, type: attributeTypes.int }
        : { name, ints: value, type: attributeTypes.ints })),
      ...Object.entries(floats).map(([name, f]) => ({ name, f, type: attributeTypes.float })),
    ],
  }
}

interface Described {
  readonly dtype: keyof typeof elementTypes
  readonly shape: readonly number[]
}

const tensorMessage = (name: string, { dtype, shape }: Described, rawData: Uint8Array): object =>
  ({ name, dims: shape, dataType: elementTypes[dtype], rawData })

const valueMessage = (name: string, { dtype, shape }: Described): object =>
  ({ name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim: shape.map(dimValue => ({ dimValue })) } } } })

const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

const constantBytes = ({ dtype, values }: OnnxConstant): Uint8Array =>
  bytesOf(dtype === 'f32' ? Float32Array.from(values) : BigInt64Array.from(values, BigInt))
