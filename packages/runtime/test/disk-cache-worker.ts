import * as fs from 'node:fs/promises'
import path from 'node:path'
import { openDiskCache } from '../src/disk-cache.js'
import { mulberry } from './random.js'

// Works on a shared cache directory like any process, and damages entries at random like a power cut.
const [directory, seed] = process.argv.slice(2)
const random = mulberry(Number(seed))
const cache = await openDiskCache(directory, { limitBytes: 200_000 })
const contentOf = (n: number): Uint8Array => new Uint8Array(1000 + n * 777).fill(n + 1)
const counts = { reads: 0, hits: 0, wrong: 0 }
for (let i = 0; i < 400; i++) {
  const n = Math.floor(random() * 12)
  const key = cache.digest([String(n)])
  const action = random()
  if (action < 0.45) await cache.put(key, contentOf(n))
  else if (action < 0.55) await damage(key)
  else {
    const found = await cache.get(key)
    counts.reads++
    if (found !== undefined) counts.hits++
    if (found !== undefined && !Buffer.from(found).equals(contentOf(n))) counts.wrong++
  }
}
process.send?.(counts)

async function damage(key: string): Promise<void> {
  const file = path.join(directory, key.slice(0, 2), key.slice(2))
  const size = await fs.stat(file).then(s => s.size, () => 0)
  await fs.truncate(file, Math.floor(random() * size)).catch(() => undefined) // gone meanwhile
}
