import { itemSize, type DType } from '../dtype.js'
import { PetagradError } from '../errors.js'
import type { ConstValue } from '../op.js'
import { fromBits, toBits } from './formats.js'

/** An array of scalars in little-endian bytes, with every access checked. */
export class Memory {
  readonly size: number
  private readonly view: DataView
  private readonly step: number

  /** `bytes` is used in place, not copied. `name` is how errors call it. */
  constructor(
    readonly name: string,
    readonly dtype: DType,
    bytes: Uint8Array,
    size?: number,
  ) {
    this.step = itemSize(dtype.scalar)
    this.size = size ?? bytes.length / this.step
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!Number.isInteger(this.size) || this.size * this.step > bytes.length) {
      throw new PetagradError('IR_INVALID', `${name} needs ${this.size} elements of ${dtype.scalar.name} and has ${bytes.length} bytes`)
    }
  }

  read(element: number): ConstValue {
    const at = this.place('load', element)
    switch (this.step) {
      case 1: return fromBits(this.dtype, this.view.getUint8(at))
      case 2: return fromBits(this.dtype, this.view.getUint16(at, true))
      case 4: return fromBits(this.dtype, this.view.getUint32(at, true))
      default: return fromBits(this.dtype, this.view.getBigUint64(at, true))
    }
  }

  write(element: number, value: ConstValue): void {
    const at = this.place('store', element)
    const bits = toBits(this.dtype, value)
    if (typeof bits === 'bigint') this.view.setBigUint64(at, bits, true)
    else if (this.step === 4) this.view.setUint32(at, bits, true)
    else if (this.step === 2) this.view.setUint16(at, bits, true)
    else this.view.setUint8(at, bits)
  }

  private place(access: 'load' | 'store', element: number): number {
    if (!(element >= 0 && element < this.size)) {
      throw new PetagradError('IR_INVALID', `element ${element} of ${this.name}, which has ${this.size} of ${this.dtype.scalar.name}, is out of bounds`, { op: access })
    }
    return element * this.step
  }
}

/** Bytes as values of a dtype. */
export function decodeValues(dtype: DType, bytes: Uint8Array): ConstValue[] {
  const memory = new Memory('bytes', dtype, bytes)
  return Array.from({ length: memory.size }, (_, i) => memory.read(i))
}

/** Values of a dtype as little-endian bytes. */
export function encodeValues(dtype: DType, values: readonly ConstValue[]): Uint8Array {
  const bytes = new Uint8Array(values.length * itemSize(dtype.scalar))
  const memory = new Memory('bytes', dtype, bytes)
  values.forEach((value, i) => memory.write(i, value))
  return bytes
}
