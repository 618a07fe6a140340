// Bundles the page into dist/: plain files that any static server hands out, under a content security policy without eval.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { recipe, split, trainingBatch } from '@petagrad/cli/digits'
import { loadDigits } from '@petagrad/cli/load-digits'
import { build } from 'esbuild'

const here = name => fileURLToPath(new URL(name, import.meta.url))
const steps = 10

rmSync(here('dist'), { recursive: true, force: true })
mkdirSync(here('dist'))
await build({
  entryPoints: [here('src/page.ts')],
  outdir: here('dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  minify: true,
  logLevel: 'error',
})
copyFileSync(here('src/index.html'), here('dist/index.html'))
// The driver starts its threads from a file beside its code, which esbuild does not follow.
copyFileSync(fileURLToPath(new URL('worker.js', import.meta.resolve('@petagrad/driver-wasm'))), here('dist/worker.js'))

const { train } = split(await loadDigits())
const parts = Array.from({ length: steps }, (_, step) => trainingBatch(train, step, 1)).flatMap(({ images, labels }) => [images, labels])
writeFileSync(here('dist/batches.bin'), Buffer.concat(parts.map(p => Buffer.from(p.buffer))))
console.log(`${steps} batches of ${recipe.batch}`)
