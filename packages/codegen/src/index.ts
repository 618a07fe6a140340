import { is, toposort, type UOp } from '@petagrad/ir'
import type { Capabilities, LinearProgram, ProgramParam } from '@petagrad/renderer'
import { declaredNests } from './declared.js'
import { givenSchedule } from './given-schedule.js'
import { defaultSchedule } from './schedule/default.js'
import { expandNest } from './expand.js'
import { linearise } from './linearise.js'
import { giveMachineIntegers } from './machine-integers.js'
import { narrowVectors } from './narrow-vectors.js'
import { streamedSlots } from './streaming.js'
import { estimateWork } from './work.js'

export { nestsOf } from './kernel-nests.js'
export type { Chain, LoopNests, Nest } from './nest.js'
export { applyStep, parseSchedule, printStep, type Step } from './transform.js'
export { defaultSchedule } from './schedule/default.js'
export { candidateSchedules, type CandidateSchedule } from './candidates.js'
export type { Choices, NestChoices } from './schedule/choices.js'

export interface CodegenOptions {
  /** Transformations to apply instead of the default schedule's, in the text form that `LinearProgram.schedule` has. */
  readonly schedule?: string
  /** Called after every named pass with what it made. */
  readonly onPass?: (pass: string, result: UOp | readonly UOp[]) => void
}

const ALIGNMENT = 64

/** One kernel to one linear program for a target with these capabilities. */
export function lowerKernel(kernel: UOp<'kernel'>, capabilities: Capabilities, options: CodegenOptions = {}): LinearProgram {
  const pass = <T extends UOp | readonly UOp[]>(name: string, result: T): T => {
    options.onPass?.(name, result)
    return result
  }
  const { kernel: plain, nests } = declaredNests(kernel, capabilities, pass)
  const { schedule: given } = options
  const schedule = given === undefined ? defaultSchedule(nests, capabilities) : givenSchedule(nests, given, capabilities)
  pass('schedule', schedule.state.nests.flatMap(n => n.stores))

  const flat = schedule.state.nests.map(n => ({
    stores: narrowVectors(expandNest(n), capabilities),
    order: n.order.filter(a => a.arg.kind !== 'lane' && a.arg.kind !== 'unroll' && a.arg.kind !== 'group'),
  }))
  pass('expand', flat.flatMap(n => n.stores))
  const { uops, tasks } = linearise(flat, schedule.state.chains, {
    fuses: u => capabilities.dtypes[u.dtype.scalar.name as keyof Capabilities['dtypes']]?.ops.includes('mulacc') ?? false, // dtype names are the keys
  })
  pass('linearise', uops)
  const program = pass('machine integers', giveMachineIntegers(uops))
  const params = paramsOf(plain)
  const streamed = streamedSlots(program, params, capabilities.machine)
  return {
    name: programName(kernel.arg.name),
    uops: program,
    params: params.map(p => (streamed.has(p.slot) ? { ...p, streamed: true } : p)),
    variables: program.filter((u): u is UOp<'variable'> => is(u, 'variable')),
    grid: [tasks],
    block: [],
    scratchBytes: program.reduce((n, u) => (is(u, 'scratch') ? n + Math.ceil((u.arg.size * u.dtype.bits) / 8 / ALIGNMENT) * ALIGNMENT : n), 0),
    work: estimateWork(kernel),
    schedule: schedule.text,
  }
}

const programName = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : 'kernel')

function paramsOf(kernel: UOp): ProgramParam[] {
  const read = new Set<number>()
  const written = new Set<number>()
  const params = new Map<number, UOp<'param'>>()
  for (const u of toposort(kernel)) {
    if (is(u, 'param')) params.set(u.arg.slot, u)
    const pointer = u.op === 'load' || u.op === 'store' ? u.src[0].src[0] : undefined
    if (pointer !== undefined && is(pointer, 'param')) (u.op === 'load' ? read : written).add(pointer.arg.slot)
  }
  return [...params.values()].sort((a, b) => a.arg.slot - b.arg.slot).map(p => ({
    slot: p.arg.slot,
    dtype: p.dtype.scalar,
    size: p.arg.size,
    access: written.has(p.arg.slot) ? (read.has(p.arg.slot) ? 'readwrite' : 'write') : 'read',
  }))
}
