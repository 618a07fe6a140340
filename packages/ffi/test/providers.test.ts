import { describe, expect, it } from 'vitest'
import { LibraryError, openLibrary, provider, structLayout, type ProviderName } from '../src/index.js'

const libc = {
  malloc: { returns: 'pointer', arguments: ['u64'] },
  free: { returns: 'void', arguments: ['pointer'] },
  memcpy: { returns: 'pointer', arguments: ['pointer', 'pointer', 'u64'] },
  strlen: { returns: 'u64', arguments: ['string'] },
  getenv: { returns: 'string', arguments: ['string'] },
  abs: { returns: 'i32', arguments: ['i32'] },
  labs: { returns: 'i64', arguments: ['i64'] },
  ldexp: { returns: 'f64', arguments: ['f64', 'i32'] },
  close: { returns: 'i32', arguments: ['i32'] },
  usleep: { returns: 'i32', arguments: ['u32'] },
} as const

const napi = await provider('ffi-napi').catch((error: unknown) => error)

// ffi-napi is an optional peer: where it is installed, it passes what koffi passes.
const providers: readonly ProviderName[] = napi instanceof Error ? ['koffi'] : ['koffi', 'ffi-napi']

if (napi instanceof Error) it('says how to get ffi-napi where it is not installed', () => {
  expect(napi).toBeInstanceOf(LibraryError)
  expect(String(napi)).toMatch(/@2060\.io\/ffi-napi is not installed; `npm install @2060\.io\/ffi-napi @2060\.io\/ref-napi`/)
})

for (const name of providers) {
  describe(`native calls through ${name}`, () => {
    it('passes and returns every width exactly', async () => {
      const { call } = await openLibrary(null, libc, name)
      expect(call.abs(-7)).toBe(7)
      expect(call.labs(-(2n ** 62n))).toBe(2n ** 62n)
      expect(call.labs(-5)).toBe(5n)
      expect(call.ldexp(1.5, 4)).toBe(24)
      expect(call.strlen('péta')).toBe(5n)
      expect(call.getenv('PETAGRAD_FFI_NO_SUCH')).toBe(null)
      expect(call.getenv('PATH')).toBe(process.env.PATH)
    })

    it('sees native memory without a copy', async () => {
      const { call } = await openLibrary(null, libc, name)
      const { view, addressOf } = await provider(name)
      const pointer = call.malloc(64)
      const there = new Uint8Array(view(pointer, 64))
      const here = Uint8Array.from({ length: 64 }, (_, i) => i * 3)
      call.memcpy(pointer, here, 64)
      expect(there).toEqual(here)
      there[5] = 200
      call.memcpy(addressOf(here), pointer, 64n)
      expect(here[5]).toBe(200)
      call.free(pointer)
    })

    it('runs calls on another thread', async () => {
      const { callAsync } = await openLibrary(null, libc, name)
      let ticks = 0
      const timer = setInterval(() => ticks++, 1)
      expect(await callAsync.usleep(40_000)).toBe(0)
      clearInterval(timer)
      expect(ticks).toBeGreaterThan(0)
      expect(await callAsync.labs(-9n)).toBe(9n)
    })

    it('reports the error number of a failed call', async () => {
      const { call } = await openLibrary(null, libc, name)
      expect(call.close(-1)).toBe(-1)
      expect((await provider(name)).errno()).toBe(9) // EBADF
    })

    it('names a missing library and a missing function', async () => {
      await expect(openLibrary('/nowhere/libnone.so', {}, name)).rejects.toThrow(/\/nowhere\/libnone\.so/)
      await expect(openLibrary(null, { no_such_function: { returns: 'void', arguments: [] } }, name)).rejects.toThrow(LibraryError)
    })
  })
}

describe('struct layouts', () => {
  it('places fields as C does', () => {
    const layout = structLayout({ flag: 'u8', wide: 'i64', half: 'i16', real: 'f64', last: 'bool' })
    expect(layout.offsets).toEqual({ flag: 0, wide: 8, half: 16, real: 24, last: 32 })
    expect(layout.size).toBe(40)
    expect(layout.alignment).toBe(8)
  })

  it('reads what it wrote', () => {
    const layout = structLayout({ a: 'u16', b: 'pointer', c: 'f32', d: 'i8', e: 'bool', f: 'u32', g: 'i64' })
    const memory = new DataView(new ArrayBuffer(2 * layout.size))
    const value = { a: 65535, b: 0xffff_0000_1234n, c: 0.5, d: -128, e: true, f: 4294967295, g: -(2n ** 63n) }
    layout.write(memory, value, layout.size)
    expect(layout.read(memory, layout.size)).toEqual(value)
    expect(layout.read(memory).a).toBe(0)
  })
})
