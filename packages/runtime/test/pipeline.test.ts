import { binary, dtypes, unary, uop, type UOp } from '@petagrad/ir'
import { expect, it } from 'vitest'
import { createRuntime } from '../src/index.js'
import { InterpretedDevice, interpretedBackend } from './interpreted-backend.js'
import { mulberry } from './random.js'

const f32 = dtypes.f32

it('a graph goes through scheduler, code generator and device, once for each structure', async () => {
  const random = mulberry(5)
  const [rows, columns] = [5, 7]
  const runtime = createRuntime({ backends: [interpretedBackend(new InterpretedDevice())], cacheDirectory: 'off' })
  const expand = (u: UOp): UOp => uop('expand', f32, [u], [rows, columns])
  const over = (alu: 'add' | 'max', u: UOp): UOp => uop('reduce_axis', f32, [u], { alu, axes: [1] })
  for (let round = 0; round < 3; round++) {
    const values = Float32Array.from({ length: rows * columns }, () => random() * 10 - 5)
    const buffer = runtime.createBuffer(f32, rows * columns, { data: new Uint8Array(values.buffer) })
    const x = uop('reshape', f32, [buffer], [rows, columns])
    const powers = unary('exp2', binary('sub', x, expand(over('max', x))))
    const [result] = await runtime.realize([binary('div', powers, expand(over('add', powers)))])
    const bytes = await runtime.read(result)
    const got = new Float32Array(bytes.buffer, bytes.byteOffset, rows * columns)
    for (let r = 0; r < rows; r++) {
      const row = values.subarray(r * columns, (r + 1) * columns)
      const total = row.reduce((sum, v) => sum + 2 ** v, 0)
      row.forEach((v, c) => expect(got[r * columns + c]).toBeCloseTo(2 ** v / total, 6))
    }
  }
  const { schedules, scheduleCacheHits, kernelsCompiled, kernelsRun } = runtime.statistics()
  expect({ schedules, scheduleCacheHits }).toEqual({ schedules: 3, scheduleCacheHits: 2 })
  expect(kernelsRun).toBe(3 * kernelsCompiled)
})
