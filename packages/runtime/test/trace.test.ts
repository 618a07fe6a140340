import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { binary, dtypes, uop } from '@petagrad/ir'
import { afterAll, expect, it } from 'vitest'
import { configure, createRuntime } from '../src/index.js'
import { elementwiseSchedule } from './elementwise-schedule.js'
import { InterpretedDevice, interpretedBackend } from './interpreted-backend.js'

interface Event { readonly name: string; readonly cat: string; readonly ph: string; readonly ts: number; readonly dur: number; readonly tid: number }

const file = path.join(tmpdir(), `petagrad-trace-${process.pid}.json`)
afterAll(() => fs.rm(file, { force: true }))

it('a trace holds every stage of a run, on tracks where spans nest or follow each other', async () => {
  configure({ profile: file })
  const runtime = createRuntime({
    backends: [interpretedBackend(new InterpretedDevice())], cacheDirectory: 'off', schedule: elementwiseSchedule,
  })
  const buffers = [1, 2, 3].map(size => runtime.createBuffer(dtypes.f32, size))
  const results = await Promise.all(buffers.map(b => runtime.realize([binary('add', b, uop('contiguous', dtypes.f32, [binary('mul', b, b)]))])))
  await runtime.write(buffers[0], new Uint8Array(4))
  await runtime.read(results[0][0])
  const step = await runtime.capture([binary('add', buffers[0], buffers[0])])
  await step.replay()
  await runtime.close()
  configure({ profile: undefined })

  const { traceEvents } = JSON.parse(await fs.readFile(file, 'utf8')) as { readonly traceEvents: readonly Event[] } // the format under test
  const spans = traceEvents.filter(e => e.ph === 'X')
  const count = (category: string): number => spans.filter(e => e.cat === category).length
  expect(count('schedule')).toBe(4)
  expect(count('codegen')).toBe(count('render'))
  expect(count('compile')).toBe(count('codegen'))
  expect(count('run')).toBe(4)
  expect(count('kernel')).toBe(3 * 2 + 1)
  expect(spans.filter(e => e.cat === 'transfer').map(e => e.name)).toEqual(['upload', 'download'])
  for (const a of spans) {
    expect(a.dur).toBeGreaterThanOrEqual(0)
    for (const b of spans) {
      if (a === b || a.tid !== b.tid || a.cat === 'kernel') continue
      const ulp = 0.001 // a nanosecond: times are rounded when they become microseconds
      const apart = a.ts + a.dur <= b.ts + ulp || b.ts + b.dur <= a.ts + ulp
      const within = (x: Event, y: Event): boolean => x.ts >= y.ts - ulp && x.ts + x.dur <= y.ts + y.dur + ulp
      const nested = within(a, b) || within(b, a)
      expect(apart || nested, `${a.name} and ${b.name}`).toBe(true)
    }
  }
  const named = new Set(traceEvents.filter(e => e.ph === 'M').map(e => e.tid))
  expect(spans.every(e => named.has(e.tid))).toBe(true)
})
