import { importNode } from './host.js'

/** Bytes kept under a content key. Reading and writing never throw: what cannot be kept is made again. */
export interface ByteStore {
  /** A key for all of the parts, in order; equal parts give equal keys in every process. */
  digest(parts: readonly (string | Uint8Array)[]): string
  get(key: string): Promise<Uint8Array | undefined>
  put(key: string, bytes: Uint8Array): Promise<void>
}

export interface DiskCacheOptions {
  /** Oldest entries are removed when all together are larger; bytes. */
  readonly limitBytes?: number
  /** Told, once, that an entry could not be written. */
  readonly onWriteFailure?: (error: unknown) => void
}

/*
 * An entry is a file: magic, payload length, SHA-256 of the payload, payload. It is written beside its place and
 * renamed into it, so that readers see all of it or nothing; the header is for power cuts, full disks and copies that
 * went wrong. Two processes that write one key write equal bytes, and either may win.
 */
const MAGIC = 0x31434750 // 'PGC1'
const HEADER = 4 + 8 + 32
const DEFAULT_LIMIT = 512 * (1 << 20)
/** A temporary file older than this belongs to a process that died; milliseconds. */
const STALE = 3_600_000
/** An entry's time of use is renewed on disk when it is older than this; milliseconds. */
const RENEW = 3_600_000
/** Pruning looks at the whole directory, so it is done at the first write and after this many more. */
const WRITES_BETWEEN_PRUNES = 256

interface Write {
  readonly file: string
  readonly temporary: string
  readonly bytes: Uint8Array
}

/** Entries on their way to the disk: a program that exits as soon as it has its result would lose what was compiled for it. */
const unfinished = new Set<Write>()
let exitAwaited = false

function writeAtExit(fs: typeof import('node:fs'), path: typeof import('node:path'), write: Write): void {
  unfinished.add(write)
  if (exitAwaited) return
  exitAwaited = true
  process.once('exit', () => {
    for (const { file, temporary, bytes } of unfinished) {
      try {
        fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
        fs.writeFileSync(temporary, bytes, { mode: 0o600 })
        fs.renameSync(temporary, file)
      } catch {
        // What cannot be kept is made again; a process on its way out has nobody to tell.
      }
    }
  })
}

/** Opens a directory as a cache of content-addressed bytes, for any number of processes at once. Node only. */
export async function openDiskCache(directory: string, options: DiskCacheOptions = {}): Promise<ByteStore> {
  const [crypto, files, path] = await Promise.all([importNode('node:crypto'), importNode('node:fs'), importNode('node:path')])
  const fs = files.promises
  const limit = options.limitBytes ?? DEFAULT_LIMIT
  let writes = 0
  let failed = false
  let pruning = Promise.resolve()
  const made = new Set<string>()

  const sha256 = (bytes: Uint8Array): Buffer => crypto.createHash('sha256').update(bytes).digest()
  const place = (key: string): string => path.join(directory, key.slice(0, 2), key.slice(2))

  /** Entries are small and a process that starts waits for them: reading at once is quicker than by way of other threads. */
  async function get(key: string): Promise<Uint8Array | undefined> {
    const file = place(key)
    try {
      const payload = payloadOf(files.readFileSync(file))
      if (payload === undefined) files.rmSync(file, { force: true })
      else if (Date.now() - files.statSync(file).mtimeMs > RENEW) files.utimesSync(file, new Date(), new Date())
      return payload
    } catch {
      return undefined // not there, not readable, or replaced meanwhile: all the same to the caller
    }
  }

  function payloadOf(file: Uint8Array): Uint8Array | undefined {
    if (file.length < HEADER) return undefined
    const header = new DataView(file.buffer, file.byteOffset, HEADER)
    const payload = file.subarray(HEADER)
    if (header.getUint32(0, true) !== MAGIC || header.getBigUint64(4, true) !== BigInt(payload.length)) return undefined
    return sha256(payload).equals(file.subarray(12, HEADER)) ? payload : undefined
  }

  async function put(key: string, bytes: Uint8Array): Promise<void> {
    const file = place(key)
    const temporary = `${file}.${process.pid}.${crypto.randomUUID()}.tmp`
    const write = { file, temporary, bytes: entryOf(bytes) }
    writeAtExit(files, path, write)
    try {
      await makeDirectory(path.dirname(file))
      await fs.writeFile(temporary, write.bytes, { mode: 0o600 })
      await fs.rename(temporary, file)
      unfinished.delete(write)
      if (writes++ % WRITES_BETWEEN_PRUNES === 0) await (pruning = pruning.then(prune))
    } catch (error) {
      unfinished.delete(write)
      await fs.rm(temporary, { force: true }).catch(() => undefined)
      made.clear()
      if (!failed) options.onWriteFailure?.(error)
      failed = true
    }
  }

  function entryOf(payload: Uint8Array): Uint8Array {
    const header = new DataView(new ArrayBuffer(12))
    header.setUint32(0, MAGIC, true)
    header.setBigUint64(4, BigInt(payload.length), true)
    return Buffer.concat([new Uint8Array(header.buffer), sha256(payload), payload])
  }

  /** Makes a directory once; one that is removed meanwhile costs one entry. */
  async function makeDirectory(name: string): Promise<void> {
    if (made.has(name)) return
    await fs.mkdir(name, { recursive: true, mode: 0o700 })
    made.add(name)
  }

  /** Removes the least recently used entries down to four fifths of the limit, and what dead processes left. */
  async function prune(): Promise<void> {
    const entries: { file: string; bytes: number; used: number }[] = []
    for (const name of await fs.readdir(directory, { recursive: true })) {
      const file = path.join(directory, name)
      const stat = await fs.stat(file).catch(() => undefined)
      if (stat === undefined || !stat.isFile()) continue
      if (!file.endsWith('.tmp')) entries.push({ file, bytes: stat.size, used: stat.mtimeMs })
      else if (Date.now() - stat.mtimeMs > STALE) await fs.rm(file, { force: true })
    }
    let total = entries.reduce((sum, e) => sum + e.bytes, 0)
    if (total <= limit) return
    entries.sort((a, b) => a.used - b.used)
    for (const { file, bytes } of entries) {
      if (total <= limit * 0.8) return
      await fs.rm(file, { force: true })
      total -= bytes
    }
  }

  return {
    digest(parts) {
      const hash = crypto.createHash('sha256')
      for (const part of parts) hash.update(`${part.length}:`).update(part)
      return hash.digest('hex')
    },
    get,
    put,
  }
}
