import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { petagrad, Project } from './command.js'

let project: Project
beforeAll(() => {
  project = new Project()
})
afterAll(() => project.remove())

interface Summary {
  readonly device: string
  readonly steps: number
  readonly kernels: number
  readonly test_accuracy: number
  readonly losses: readonly number[]
  readonly confusion: readonly (readonly number[])[]
  readonly replayed: { readonly steps: number; readonly schedules: number; readonly kernels_compiled: number; readonly allocations: number }
  readonly predictions: { readonly labels: readonly number[]; readonly predicted: readonly number[] }
  readonly [name: string]: unknown
}

async function run(output: string, ...args: string[]): Promise<Summary> {
  const env = { PETAGRAD_CACHE: project.path('cache') } // empty at first: what is compiled is measured
  const ended = await petagrad(['demo', '--json', '--output', project.path(output), ...args], { env })
  expect(ended.stderr).toBe('')
  expect(ended.status).toBe(0)
  return JSON.parse(ended.stdout) as Summary // exactly one object, or this throws
}

describe('the demo', () => {
  let whole: Summary
  beforeAll(async () => {
    whole = await run('whole', '--steps', '8')
  }, 120_000)

  it('prints one JSON object with all that it measured', () => {
    const measured = ['train_seconds', 'samples_per_second', 'kernels', 'first_step_ms', 'compile_ms', 'step_ms']
    for (const name of measured) expect(whole[name], name).toBeGreaterThan(0)
    expect(whole.device).toBe('wasm')
    expect(whole.losses.length).toBe(8)
    expect(whole.confusion.flat().reduce((a, b) => a + b, 0)).toBe(2000)
    expect(whole.confusion.reduce((n, row, i) => n + row[i], 0) / 2000).toBe(whole.test_accuracy)
  })

  it('starts at the loss of a guess, and learns', () => {
    expect(whole.losses[0]).toBeGreaterThan(Math.log(10) - 0.1)
    expect(whole.losses[0]).toBeLessThan(Math.log(10) + 0.1)
    expect(whole.losses[7]).toBeLessThan(whole.losses[0])
  })

  it('takes a training step in 35 kernels or fewer, and replays it without scheduling, compiling or allocating', () => {
    expect(whole.kernels).toBeLessThanOrEqual(35)
    expect(whole.replayed).toEqual({ steps: 7, schedules: 0, kernels_compiled: 0, allocations: 0 })
  })

  it('leaves a model that another process loads', async () => {
    expect(whole.predictions.labels.length).toBe(8)
    const again = await petagrad(['predict', project.path('whole/model.safetensors'), '--json'])
    expect(JSON.parse(again.stdout)).toEqual(whole.predictions)
    const shown = await petagrad(['predict', project.path('whole/model.safetensors'), '--count', '2'])
    expect(shown.stdout).toMatch(/takes held-out digits for/)
    expect(shown.stdout).toMatch(/[█▓]/)
  })

  it('leaves a learning curve', () => expect(readFileSync(project.path('whole/learning-curve.svg'), 'utf8')).toMatch(/^<svg /))

  it('resumes where it stopped: the losses are those of a run that did not', async () => {
    await run('parts', '--steps', '5')
    const resumed = await run('parts', '--steps', '8', '--resume')
    // The checkpoint holds every bit of the state, so nothing is lost by stopping.
    expect(resumed.losses).toEqual(whole.losses)
    expect(resumed.test_accuracy).toBe(whole.test_accuracy)
  }, 120_000)

  it('leaves a usable checkpoint when it is interrupted', async () => {
    let told = false
    const ended = await petagrad(['demo', '--output', project.path('interrupted')], {
      watch(printed, interrupt) {
        if (told || !printed.includes('data: ')) return
        told = true
        setTimeout(interrupt, 4000)
      },
    })
    expect(ended.status).toBe(130)
    const step = Number(/stopped after step (\d+) of 625/.exec(ended.stderr)?.[1])
    expect(step, ended.stderr).toBeGreaterThan(0)
    expect(existsSync(project.path('interrupted/checkpoint.safetensors'))).toBe(true)
    const resumed = await run('interrupted', '--resume', '--steps', String(step + 1))
    expect(resumed.steps).toBe(step + 1)
    const common = Math.min(step + 1, whole.losses.length)
    expect(resumed.losses.slice(0, common)).toEqual(whole.losses.slice(0, common))
  }, 120_000)

  it('refuses another seed than the checkpoint has', async () => {
    const ended = await petagrad(['demo', '--resume', '--seed', '9', '--output', project.path('whole')])
    expect(ended.status).toBe(1)
    expect(ended.stderr).toMatch(/made with seed 1, not 9 \[INVALID_ARGUMENT/)
  })
})

describe('the command', () => {
  it.each([[[]], [['demo']], [['devices']], [['predict']]])('has help: %j', async command => {
    const ended = await petagrad([...command, '--help'])
    expect(ended.status).toBe(0)
    expect(ended.stdout).toMatch(/^Usage: petagrad/)
  })

  it('prints the version of its package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../apps/cli/package.json', import.meta.url), 'utf8')) as { version: string }
    expect((await petagrad(['--version'])).stdout.trim()).toBe(version)
  })

  it('lists devices and says why one is missing', async () => {
    const bare = project.path('no-programs')
    const ended = await petagrad(['devices'], { env: { PATH: bare } })
    expect(ended.status).toBe(0)
    expect(ended.stdout).toMatch(/^ +cpu +no +\S.*(clang|gcc|compiler)/m)
    expect(ended.stdout).toMatch(/^\* +wasm +yes/m)
  })
})
