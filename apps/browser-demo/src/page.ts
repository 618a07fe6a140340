import { createTraining, pixels, recipe } from '@petagrad/cli/digits'
import { defaultRuntime, PetagradError } from 'petagrad'

const steps = 10

const status = element('status')
const table = element('steps')

try {
  const batches = await loadBatches()
  const training = createTraining({ seed: 1, steps })
  for (let step = 0; step < steps; step++) {
    status.textContent = step === 0 ? 'Compiling…' : `Training, step ${step + 1} of ${steps}…`
    const from = performance.now()
    const loss = await training.step(batches[step], step)
    addRow([String(step + 1), String(loss), (performance.now() - from).toFixed(1)])
  }
  const { kernelsCompiled } = defaultRuntime().statistics()
  status.textContent = `Done: ${steps} steps of ${training.kernels().length} kernels on ${crossOriginIsolated ? navigator.hardwareConcurrency : 1} threads; ${kernelsCompiled} kernels compiled.`
} catch (error) {
  status.className = 'error'
  status.textContent = error instanceof PetagradError ? `${error.code}: ${error.message}` : String(error)
  throw error
}

/** The ten batches that `build.mjs` wrote one after the other: images as f32, then labels as i32. */
async function loadBatches(): Promise<{ readonly images: Float32Array<ArrayBuffer>; readonly labels: Int32Array<ArrayBuffer> }[]> {
  const response = await fetch('./batches.bin')
  if (!response.ok) throw new Error(`batches.bin: ${response.status} ${response.statusText}`)
  const bytes = await response.arrayBuffer()
  const stride = recipe.batch * (pixels + 1) * 4
  return Array.from({ length: steps }, (_, i) => ({
    images: new Float32Array(bytes, i * stride, recipe.batch * pixels),
    labels: new Int32Array(bytes, i * stride + recipe.batch * pixels * 4, recipe.batch),
  }))
}

function addRow(cells: readonly string[]): void {
  const row = document.createElement('tr')
  for (const text of cells) {
    const cell = document.createElement('td')
    cell.textContent = text
    row.append(cell)
  }
  table.append(row)
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no element ${id}`)
  return found
}
