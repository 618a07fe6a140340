import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRuntime, setDefaultRuntime } from 'petagrad'
import { wasm } from 'petagrad/wasm'
import { createTraining, split, trainingBatch } from '../apps/cli/src/digits.js'
import { loadDigits } from '../apps/cli/src/demo/load-digits.js'
import { serve } from './static-server.js'

const executable = [process.env.PETAGRAD_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  p => p !== undefined && existsSync(p),
)
const page = fileURLToPath(new URL('../apps/browser-demo/dist/', import.meta.url))
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

// No inline script, no eval: what the library needs is to compile WebAssembly and to start workers from its own files.
const policy = { 'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:" }
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
const steps = 10

async function lossesInNode(): Promise<number[]> {
  const runtime = createRuntime({ backends: [wasm] })
  setDefaultRuntime(() => runtime)
  const training = createTraining({ seed: 1, steps })
  const { train } = split(await loadDigits())
  const losses: number[] = []
  for (let step = 0; step < steps; step++) losses.push(await training.step(trainingBatch(train, step, 1), step))
  await runtime.close()
  return losses
}

const suite = executable === undefined ? describe.skip : describe
suite(executable === undefined ? 'a page in Chromium (no Chromium: PETAGRAD_CHROMIUM, /usr/bin/chromium)' : 'a page in Chromium', () => {
  let expected: number[]
  let profile: string
  let browser: BrowserContext
  beforeAll(async () => {
    expected = await lossesInNode()
    profile = await mkdtemp(join(tmpdir(), 'petagrad-chromium-'))
    browser = await chromium.launchPersistentContext(profile, { executablePath: executable, headless: true, args: flags })
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await rm(profile, { recursive: true, force: true })
  })

  it.each([
    ['cross-origin isolated', { ...policy, ...isolation }, true],
    ['not isolated', policy, false],
  ])('trains ten steps with the losses of Node: %s', async (_, headers, isolated) => {
    const server = await serve(page, headers)
    const tab = await browser.newPage()
    const complaints: string[] = []
    tab.on('console', m => m.type() === 'error' && complaints.push(m.text()))
    tab.on('pageerror', e => complaints.push(e.message))
    try {
      await tab.goto(server.url)
      await tab.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('Done') || document.querySelector('.error'), undefined, { timeout: 60_000 })
      expect(complaints).toEqual([])
      expect(await tab.evaluate(() => crossOriginIsolated)).toBe(isolated)
      const losses = (await tab.locator('#steps tr td:nth-child(2)').allTextContents()).map(Number)
      expect(losses.length).toBe(steps)
      // Chromium has relaxed SIMD, whose multiply-add may round once where Node 20 rounds twice: last digits may differ.
      losses.forEach((loss, step) => expect(Math.abs(loss - expected[step]) / expected[step], `step ${step}: ${loss} and ${expected[step]}`).toBeLessThan(1e-5))
    } finally {
      await tab.close()
      await server.close()
    }
  }, 90_000)
})
