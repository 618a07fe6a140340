import { describe, expect, it } from 'vitest'
import { schedule } from '@petagrad/schedule'
import { alu, assign, buffer, sink } from './graphs.js'

describe('an assignment to what was just assigned', () => {
  it('takes its place: one kernel, one store', () => {
    const b = buffer([16])
    const twice = assign(assign(b, alu('add', buffer([16]), 1)), alu('mul', buffer([16]), 2))
    const { calls } = schedule(sink(twice)).plan
    expect(calls.length).toBe(1)
    expect(calls[0].kernel.src.length).toBe(1)
  })
  it('may use the earlier value, which is then computed and not stored', () => {
    const b = buffer([16])
    const once = assign(b, alu('add', b, 1))
    const { calls } = schedule(sink(assign(once, alu('mul', once, 2)))).plan
    expect(calls.length).toBe(1)
    expect(calls[0].kernel.src.length).toBe(1)
  })
})
