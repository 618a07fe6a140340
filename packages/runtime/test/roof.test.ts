import type { MachineModel, MachineRates } from '@petagrad/renderer'
import { capabilitiesText } from '@petagrad/renderer'
import { describe, expect, it } from 'vitest'
import { roofShare } from '../src/roof.js'
import { interpretedRenderer } from './interpreted-backend.js'

const rates: MachineRates = {
  multiplyAccumulates: { one: 50e9, all: 100e9 },
  l1: { one: 400e9, all: 800e9 }, l2: { one: 200e9, all: 400e9 }, l3: { one: 100e9, all: 200e9 }, memory: { one: 20e9, all: 30e9 },
  coresPerL3: 1,
}
const { capabilities } = interpretedRenderer
const machine: MachineModel = { ...capabilities.machine, cores: 2, l1: 1 << 15, l2: 1 << 20, l3: 1 << 25, rates }
const second = 1e9

describe('the share of the roof', () => {
  it('is the time that arithmetic or memory needs at least, whichever is longer, over the time it took', () => {
    expect(roofShare({ ops: 100e9, bytes: 0 }, 8, second, machine)).toBe(0.5) // two operations each
    expect(roofShare({ ops: 1, bytes: 15e9 }, 8, second, machine)).toBe(0.5)
    expect(roofShare({ ops: 50e9, bytes: 15e9 }, 8, second, machine)).toBe(0.5)
  })

  it('of a launch with one task is that of one core', () => {
    expect(roofShare({ ops: 50e9, bytes: 0 }, 1, second, machine)).toBe(0.5)
  })

  it.each([[1 << 15, 400e9], [1 << 16, 200e9], [1 << 25, 100e9], [1 << 26, 20e9]])('counts %i bytes at the rate of what holds them', (bytes, rate) => {
    expect(roofShare({ ops: 0, bytes }, 1, (bytes / rate) * second, machine)).toBeCloseTo(1)
  })

  it('knows whether cores share their last cache', () => {
    const bytes = 1.5 * 2 ** 25
    expect(roofShare({ ops: 0, bytes }, 2, (bytes / 200e9) * second, machine)).toBeCloseTo(1)
    const shared = { ...machine, rates: { ...rates, coresPerL3: 2 } }
    expect(roofShare({ ops: 0, bytes }, 2, (bytes / 30e9) * second, shared)).toBeCloseTo(1)
  })

  it('is not known of a machine that was not measured', () => {
    expect(roofShare({ ops: 1, bytes: 1 }, 1, 1, { ...machine, rates: undefined })).toBeUndefined()
  })
})

it('what was measured is no part of what code depends on', () => {
  const measured = { ...capabilities, machine }
  expect(capabilitiesText(measured)).toBe(capabilitiesText({ ...capabilities, machine: { ...machine, rates: undefined } }))
  expect(capabilitiesText(measured)).not.toBe(capabilitiesText({ ...capabilities, machine: { ...machine, l1: 1 } }))
})
