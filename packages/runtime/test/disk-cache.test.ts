import { fork } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { build } from 'esbuild'
import { openDiskCache } from '../src/disk-cache.js'

let directory: string
const made: string[] = []
const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)
const files = async (): Promise<string[]> => {
  const names = await fs.readdir(directory, { recursive: true })
  const kept = await Promise.all(names.map(async n => ((await fs.stat(path.join(directory, n))).isFile() ? [path.join(directory, n)] : [])))
  return kept.flat()
}

beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-cache-'))
  made.push(directory)
})
afterAll(async () => {
  for (const d of made) await fs.rm(d, { recursive: true, force: true })
})

describe('disk cache', () => {
  it('gives back what was put, in this and in the next process', async () => {
    const cache = await openDiskCache(directory)
    const key = cache.digest(['a kernel'])
    expect(await cache.get(key)).toBeUndefined()
    await cache.put(key, bytes(1000, 7))
    expect(Buffer.from((await cache.get(key)) ?? []).equals(bytes(1000, 7))).toBe(true)
    const again = await openDiskCache(directory)
    expect((await again.get(again.digest(['a kernel'])))?.length).toBe(1000)
  })

  it('keys depend on where one part ends and the next begins', async () => {
    const { digest } = await openDiskCache(directory)
    expect(digest(['ab', 'c'])).not.toBe(digest(['a', 'bc']))
    expect(digest(['ab'])).toBe(digest([new TextEncoder().encode('ab')]))
  })

  it('ignores and removes an entry cut anywhere, or with any bit turned', async () => {
    const cache = await openDiskCache(directory)
    const key = cache.digest(['k'])
    await cache.put(key, bytes(256, 1))
    const [file] = await files()
    const whole = await fs.readFile(file)
    for (let length = 0; length < whole.length; length += 7) {
      await fs.writeFile(file, whole.subarray(0, length))
      expect(await cache.get(key), `cut to ${length}`).toBeUndefined()
      expect(await files()).toEqual([])
    }
    for (let bit = 0; bit < whole.length * 8; bit += 37) {
      const damaged = Buffer.from(whole)
      damaged[bit >> 3] ^= 1 << (bit & 7)
      await fs.writeFile(file, damaged)
      expect(await cache.get(key), `bit ${bit}`).toBeUndefined()
    }
    await cache.put(key, bytes(256, 1))
    expect((await cache.get(key))?.length).toBe(256)
  })

  it('stays within its limit by removing what was used longest ago', async () => {
    const filler = await openDiskCache(directory)
    const keys = Array.from({ length: 20 }, (_, i) => filler.digest([String(i)]))
    const day = 86_400
    for (const [i, key] of keys.entries()) {
      await filler.put(key, bytes(10_000, i))
      const old = Date.now() / 1000 - (30 - i) * day
      await fs.utimes(path.join(directory, key.slice(0, 2), key.slice(2)), old, old)
    }
    await filler.get(keys[0]) // used now: the oldest entry becomes the youngest
    const cache = await openDiskCache(directory, { limitBytes: 100_000 })
    await cache.put(cache.digest(['new']), bytes(10_000, 99)) // the first write prunes
    const sizes = await Promise.all((await files()).map(async f => (await fs.stat(f)).size))
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(100_000)
    expect(await cache.get(keys[0])).toBeDefined()
    expect(await cache.get(keys[1])).toBeUndefined()
    expect(await cache.get(keys[19])).toBeDefined()
    expect(await cache.get(cache.digest(['new']))).toBeDefined()
  })

  it('removes what a process that died left behind', async () => {
    const cache = await openDiskCache(directory)
    await fs.mkdir(path.join(directory, 'ab'))
    const stale = path.join(directory, 'ab', 'cd.1.x.tmp')
    await fs.writeFile(stale, 'half')
    await fs.utimes(stale, 1, 1)
    await cache.put(cache.digest(['k']), bytes(10, 1))
    await expect(fs.stat(stale)).rejects.toThrow()
  })

  it('lets the run go on where nothing can be written, and says so once', async () => {
    const blocked = path.join(directory, 'a-file')
    await fs.writeFile(blocked, '')
    const failures: unknown[] = []
    const cache = await openDiskCache(blocked, { onWriteFailure: e => failures.push(e) })
    await cache.put(cache.digest(['a']), bytes(10, 1))
    await cache.put(cache.digest(['b']), bytes(10, 1))
    expect(await cache.get(cache.digest(['a']))).toBeUndefined()
    expect(failures).toHaveLength(1)
  })

  it('is safe under processes that write, read and truncate the same entries', async () => {
    const seed = Number(process.env['PETAGRAD_SEED'] ?? Date.now() % 100_000)
    console.log(`disk cache: seed ${seed}`)
    const script = path.join(directory, '..', `${path.basename(directory)}-worker.mjs`)
    made.push(script)
    const source = new URL('./disk-cache-worker.ts', import.meta.url).pathname
    await build({ entryPoints: [source], bundle: true, platform: 'node', format: 'esm', outfile: script, logLevel: 'error' })
    const results = await Promise.all([0, 1, 2, 3].map(n => runWorker(script, [directory, String(seed + n)])))
    for (const result of results) {
      expect(result.wrong).toBe(0)
      expect(result.reads).toBeGreaterThan(0)
    }
    expect(results.reduce((n, r) => n + r.hits, 0)).toBeGreaterThan(0)
    expect((await files()).filter(f => f.endsWith('.tmp'))).toEqual([])
  })
})

interface WorkerResult { readonly reads: number; readonly hits: number; readonly wrong: number }

function runWorker(script: string, args: readonly string[]): Promise<WorkerResult> {
  return new Promise((resolve, reject) => {
    const child = fork(script, args)
    let result: WorkerResult | undefined
    child.on('message', m => (result = m as WorkerResult)) // the worker sends nothing else
    child.on('exit', code => (result === undefined ? reject(new Error(`the worker ended with ${code}`)) : resolve(result)))
  })
}
