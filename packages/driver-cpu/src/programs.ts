import { createHash, randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LibraryError, openLibrary, type Library, type Pointer } from '@petagrad/ffi'
import { PetagradError } from '@petagrad/ir/graph'
import type { LoadedProgram, ProgramInfo } from '@petagrad/device'

interface OpenLibrary {
  readonly opened: Promise<Library<Record<never, never>>>
  users: number
}

/** A function in a loaded library. */
export class CpuProgram implements LoadedProgram {
  private freed = false

  constructor(readonly info: ProgramInfo, readonly entry: Pointer, private readonly unload: () => void) {}

  /** The function's address. Throws USE_AFTER_FREE. */
  get address(): Pointer {
    if (this.freed) throw new PetagradError('USE_AFTER_FREE', `the program ${this.info.entry} was freed and used again`)
    return this.entry
  }

  free(): void {
    if (this.freed) return
    this.freed = true
    this.unload()
  }
}

/** Loads shared libraries, each once however many of its programs are in use. */
export class Programs {
  private readonly libraries = new Map<string, OpenLibrary>()
  /** Keys of binaries: several programs come in one. */
  private readonly keys = new WeakMap<Uint8Array, string>()

  /** `unload` calls are passed to `whenIdle`, because running work may still be in the library. */
  constructor(private readonly whenIdle: (action: () => void) => void) {}

  async load(binary: Uint8Array, info: ProgramInfo): Promise<CpuProgram> {
    const key = this.keys.get(binary) ?? createHash('sha1').update(binary).digest('hex')
    this.keys.set(binary, key)
    let library = this.libraries.get(key)
    if (library === undefined) {
      library = { opened: openBytes(binary), users: 0 }
      this.libraries.set(key, library)
    }
    const shared = library
    shared.users++
    try {
      const opened = await shared.opened
      return new CpuProgram(info, opened.symbol(info.entry), () => this.leave(key, shared))
    } catch (cause) {
      this.leave(key, shared)
      const reason = cause instanceof LibraryError ? cause.message : String(cause)
      throw new PetagradError('DEVICE_FAILED', `the program ${info.entry} cannot be loaded: ${reason}`, { cause })
    }
  }

  private leave(key: string, library: OpenLibrary): void {
    if (--library.users > 0) return
    this.libraries.delete(key)
    void library.opened.then(opened => this.whenIdle(() => opened.close()), () => undefined)
  }
}

/** The system's loader wants a file; once it is loaded the file can go. */
async function openBytes(binary: Uint8Array): Promise<Library<Record<never, never>>> {
  const file = join(tmpdir(), `petagrad-${randomUUID()}.so`)
  await writeFile(file, binary, { mode: 0o700, flag: 'wx' })
  try {
    return await openLibrary(file, {})
  } finally {
    await rm(file, { force: true })
  }
}
