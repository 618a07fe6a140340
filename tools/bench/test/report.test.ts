import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportOf } from '../src/report/report.js'
import type { Row } from '../src/row.js'
import { readRows } from '../src/rows-file.js'
import { tableOf } from '../src/table.js'

const measured = { suite: 'cpu', device: 'cpu', threads: 2, unit: 'ms', status: 'measured', median: 2, min: 1.9, n: 9 } as const
const rows: readonly Row[] = [
  { ...measured, suite: 'roof', case: 'fma', unit: 'GFLOPS', median: 220 },
  { ...measured, case: 'gemm-512', roof_share: 0.75, peer: { torch: 1.5, numpy: 0.5 }, peer_median: { torch: 3, numpy: 1 } },
  { ...measured, case: 'softmax', roof_share: 0.5, peer: { torch: 2 }, peer_failed: { numpy: 'no <module> named numpy' } },
  { suite: 'cpu', case: 'sort-1m', device: 'cpu', threads: 2, unit: 'ms', status: 'missing', reason: 'Tensor has no sort' },
  ...[1, 2, 3].map(threads => ({ ...measured, suite: 'scaling', case: 'gemm-1024', threads, speedup: threads * 0.9 })),
  ...[6, 12].map(layers => ({ ...measured, suite: 'latency', case: `compile-transformer-${layers}`, threads: 1, median: layers * 100 })),
]

describe('the table', () => {
  const table = tableOf(rows)

  it('says what is missing, and what failed', () => {
    expect(table).toContain('missing: Tensor has no sort')
    expect(table).toContain('softmax: numpy: no <module> named numpy')
  })

  it('takes the best peer of each case: √(0.5 · 2) is 1', () => {
    expect(table).toContain('geometric mean against the best peer of each case: 1.00 (2 cases)')
  })
})

describe('rows in a file', () => {
  it.each([
    ['{', /cannot be read/],
    ['{}', /holds no rows/],
    ['[{"suite": "cpu"}]', /row 0 lacks/],
  ])('are refused by name when they are %s', async (text, reason) => {
    const directory = await mkdtemp(join(tmpdir(), 'petagrad-rows-'))
    const file = join(directory, 'rows.json')
    await writeFile(file, text)
    await expect(readRows(file)).rejects.toThrow(reason)
    await expect(readRows(file)).rejects.toThrow(file)
    await rm(directory, { recursive: true })
  })
})

const executable = [process.env.PETAGRAD_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  p => p !== undefined && existsSync(p),
)
const suite = executable === undefined ? describe.skip : describe
suite(executable === undefined ? 'the report in Chromium (no Chromium: PETAGRAD_CHROMIUM, /usr/bin/chromium)' : 'the report in Chromium', () => {
  let browser: Browser
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'petagrad-report-'))
    browser = await chromium.launch({ executablePath: executable, headless: true, args: ['--no-sandbox', '--disable-gpu'] })
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await rm(directory, { recursive: true, force: true })
  })

  it('draws every measured row, and asks for nothing but itself', async () => {
    const file = join(directory, 'report.html')
    await writeFile(file, reportOf(rows))
    const page = await browser.newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', request => asked.push(request.url()))
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(error.message))
    await page.goto(pathToFileURL(file).href)
    expect(asked).toEqual([pathToFileURL(file).href])
    expect(complaints).toEqual([])
    expect(await page.locator('.roof-plot rect.bar').count()).toBe(2)
    expect(await page.locator('.ratio-plot circle.ratio').count()).toBe(3)
    expect(await page.locator('.line-plot').count()).toBe(2)
    const [shorter, longer] = [await page.locator('rect.bar').nth(1).boundingBox(), await page.locator('rect.bar').nth(0).boundingBox()]
    expect((shorter?.width ?? 0) / (longer?.width ?? 1)).toBeCloseTo(0.5 / 0.75, 1)
    expect(await page.locator('pre').textContent()).toContain('no <module> named numpy')
  }, 60_000)
})
