/** A growing byte string with the number encodings of the WebAssembly binary format (LEB128, little-endian floats). */
export class ByteWriter {
  private data = new Uint8Array(256)
  length = 0

  private room(count: number): void {
    if (this.length + count <= this.data.length) return
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + count))
    larger.set(this.data.subarray(0, this.length))
    this.data = larger
  }

  u8(byte: number): this {
    this.room(1)
    this.data[this.length++] = byte
    return this
  }

  raw(bytes: ArrayLike<number>): this {
    this.room(bytes.length)
    this.data.set(bytes, this.length)
    this.length += bytes.length
    return this
  }

  /** Unsigned, at most 32 bits. */
  u32(value: number): this {
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.u8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    return this.u8(rest)
  }

  /** Signed, at most 32 bits. */
  s32(value: number): this {
    let rest = value | 0
    while (rest < -64 || rest > 63) {
      this.u8((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return this.u8(rest & 0x7f)
  }

  /** Signed, 64 bits. */
  s64(value: bigint): this {
    let rest = BigInt.asIntN(64, value)
    while (rest < -64n || rest > 63n) {
      this.u8(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    return this.u8(Number(rest & 0x7fn))
  }

  f32(value: number): this {
    return this.raw(new Uint8Array(Float32Array.of(value).buffer))
  }

  f64(value: number): this {
    return this.raw(new Uint8Array(Float64Array.of(value).buffer))
  }

  /** A length and that many bytes of UTF-8. */
  name(text: string): this {
    return this.sized(new TextEncoder().encode(text))
  }

  sized(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes)
  }

  bytes(): Uint8Array {
    return this.data.slice(0, this.length)
  }
}
