import { expect } from 'vitest'
import { aluOps, decodeValues, encodeValues, interpretKernel, interpretProgram, is, itemSize, toposort, verifyProgram, type UOp } from '@petagrad/ir'
import type { Capabilities, DTypeSupport, LinearProgram } from '@petagrad/renderer'
import { lowerKernel } from '@petagrad/codegen'
import { schedule } from '@petagrad/schedule'
import { sink } from '../../schedule/test/graphs.js'

const everything = (lanes: readonly number[]): DTypeSupport => ({ storage: true, ops: aluOps, castsTo: ['f32', 'i32'], lanes })

/** A machine for tests: eight lanes, two cores. */
export const capabilities: Capabilities = {
  dtypes: { f32: everything([4, 8]), i32: everything([4, 8]), bool: everything([]) },
  fma: true,
  maskedVectors: false,
  grid: { dimensions: 1, maxExtent: 2 ** 31 - 1 },
  maxThreads: 1,
  scratch: { private: 1 << 20, shared: 0 },
  barriers: false,
  machine: {
    cores: 2, vectorRegisters: 16, vectorBytes: 32, fmaPerCycle: 2, cacheLine: 64, l1: 32 << 10, l2: 1 << 20, l3: 32 << 20, forkNanoseconds: 5000,
  },
}

export const seed = Number(process.env.PETAGRAD_SEED ?? Date.now() % 1e6)
export function random(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Arguments of a kernel with values in [-1, 1). */
function argumentsOf(kernel: UOp, next: () => number): Uint8Array[] {
  const params = toposort(kernel).filter((u): u is UOp<'param'> => is(u, 'param')).sort((a, b) => a.arg.slot - b.arg.slot)
  return params.map(p => encodeValues(p.dtype.scalar, Array.from({ length: p.arg.size }, () => next() * 2 - 1)))
}

/** Runs the kernel's program and the kernel itself on the same values. */
export function expectSame(kernel: UOp<'kernel'>, text: string | undefined, note: string, on = capabilities): LinearProgram {
  const next = random(seed)
  const args = argumentsOf(kernel, next)
  const want = args.map(a => a.slice())
  const got = args.map(a => a.slice())
  interpretKernel(kernel, want)
  const program = lowerKernel(kernel, on, text === undefined ? {} : { schedule: text })
  expect(() => verifyProgram(program.uops), note).not.toThrow()
  expect(() => interpretProgram(program, got), note).not.toThrow()
  for (const p of program.params) {
    const a = decodeValues(p.dtype, want[p.slot]).map(Number)
    const b = decodeValues(p.dtype, got[p.slot]).map(Number)
    expect(b).toHaveLength(want[p.slot].length / itemSize(p.dtype))
    a.forEach((x, i) => expect(Math.abs(x - b[i]), `${note}: element ${i} of argument ${p.slot}`).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(x))))
  }
  return program
}

export const kernelsOf = (roots: readonly UOp[]) => schedule(sink(...roots)).plan.calls.map(c => c.kernel)
