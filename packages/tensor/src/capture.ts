import { PetagradError, shapeOf, type UOp } from '@petagrad/ir/graph'
import type { CapturedStep, KernelProfile, TuningOptions, TuningReport } from '@petagrad/runtime'
import { defaultRuntime, type Executor } from '@petagrad/runtime'
import { reshape } from './build.js'
import { advanceRandom } from './random.js'
import { bufferUnder, hostBytesOf, hostValues, markExecuted, newBuffer, ownerOf, settle, wholeBuffer, wholeStorage } from './storage.js'
import { realizeAll, Tensor } from './tensor.js'
import { withTrace, type Trace } from './trace.js'
import { noteWrite, now } from './writes.js'

/** What a step may return: a tensor, tensors in an array or by name, or nothing. */
export type StepResult = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>> | undefined

/** A step that was recorded at its first call and is replayed from then on. */
export interface Step<A extends readonly Tensor[], R extends StepResult> {
  /** Runs the step. The results are the same tensors each time: the next call overwrites their values. */
  (...inputs: A): Promise<R>
  /** Kernels of one replay; empty before the first call. */
  kernels(): CapturedStep['kernels']
  /** Runs the step once more on the last inputs, and times each kernel. State moves on as with any call. */
  profile(): Promise<readonly KernelProfile[]>
  /** Searches for better schedules of the step's kernels on the last inputs, and uses them from then on. State stays as it is. */
  tune(options?: TuningOptions): Promise<TuningReport>
  free(): void
}

interface Recording<R> {
  readonly step: CapturedStep
  readonly executor: Executor
  readonly inputs: readonly Tensor[]
  readonly trace: Trace
  readonly result: R
}

/**
 * Makes a step out of a function over tensors. The first call runs the function once to build its graph, compiles it and
 * records its kernels; calls replay them with no scheduling and no allocation. Inputs are copied into memory of the step
 * and must keep their shapes and dtypes. What the function assigns (parameters, optimiser state, random numbers) is
 * part of the step. The function must be synchronous and read no values: CAPTURE_INVALID says what is wrong.
 */
export function capture<A extends readonly Tensor[], R extends StepResult>(body: (...inputs: A) => R): Step<A, R>
export function capture<A extends readonly Tensor[]>(body: (...inputs: A) => void): Step<A, undefined>
export function capture<A extends readonly Tensor[], R extends StepResult>(body: (...inputs: A) => R): Step<A, R> {
  let recording: Promise<Recording<R>> | undefined
  let recorded: Recording<R> | undefined

  let last: Promise<unknown> = Promise.resolve()

  const call = async (inputs: A): Promise<R> => {
    recording ??= record(body, inputs)
    const current = await recording.catch((error: unknown) => {
      recording = undefined
      throw error
    })
    recorded = current
    await feed(current, inputs)
    for (const t of [...current.trace.assigned, ...resultsOf(current.result)]) noteWrite(t.uop)
    await current.step.replay()
    return current.result
  }
  // The inputs of one call must not be overwritten by the next before they are used.
  const step = (...inputs: A): Promise<R> => {
    const running = last.then(() => call(inputs))
    last = running.catch(() => undefined)
    return running
  }
  return Object.assign(step, {
    kernels: () => recorded?.step.kernels ?? [],
    profile: () => {
      if (recorded === undefined) throw new PetagradError('CAPTURE_INVALID', 'the step has not been called yet', { op: 'profile' })
      return recorded.step.profile()
    },
    tune: (options?: TuningOptions) => {
      if (recorded === undefined) throw new PetagradError('CAPTURE_INVALID', 'the step has not been called yet', { op: 'tune' })
      return recorded.step.tune(options)
    },
    free: () => {
      recorded?.step.free()
      recording = recorded = undefined
    },
  })
}

async function record<A extends readonly Tensor[], R extends StepResult>(body: (...inputs: A) => R, inputs: A): Promise<Recording<R>> {
  const placeholders = inputs.map(t => new Tensor(reshape(newBuffer(t.dtype, t.size), t.shape)))
  const trace: Trace = {
    placeholders: new Set(placeholders.flatMap(p => wholeBuffer(p.uop) ?? [])),
    assigned: new Set(), initial: [], graded: new Set(), checks: new Map(), random: { draws: 0, key: undefined }, violation: undefined,
  }
  await realizeAll()
  let result: R
  try {
    result = withTrace(trace, () => body(...(placeholders as readonly Tensor[] as A))) // one placeholder for each input, in order
  } finally {
    for (const t of trace.graded) t.grad = undefined
  }
  if (result instanceof Promise) void result.catch(() => undefined) // what went wrong in it is reported here
  if (trace.violation !== undefined) throw trace.violation
  if (result instanceof Promise) throw new PetagradError('CAPTURE_INVALID', 'a step must be a synchronous function', { op: 'capture' })
  return { ...(await compile(trace, result)), inputs: placeholders, trace, result }
}

/** Schedules the results and everything that the step assigned, and lets the tensors stand for the memory they will be in. */
async function compile(trace: Trace, result: StepResult): Promise<Pick<Recording<StepResult>, 'step' | 'executor'>> {
  const results = resultsOf(result)
  const assigned = [...trace.assigned]
  const advance = advanceRandom(trace)
  const executor = executorOf([...trace.placeholders, ...trace.initial, ...assigned.map(t => t.uop)])
  if (trace.initial.length > 0) {
    const first = settle(trace.initial)
    const running = executor.realize(first)
    for (const u of trace.initial) {
      noteWrite(u)
      markExecuted(u, now())
    }
    await running
  }
  const nodes = settle([...results, ...assigned].map(t => t.uop))
  const roots = [...nodes.map(n => wholeStorage(n) ?? n), ...(advance === undefined ? [] : settle([advance]))]
  if (roots.length === 0) throw new PetagradError('CAPTURE_INVALID', 'the step returns and assigns nothing', { op: 'capture' })
  const step = await executor.capture(roots)
  results.forEach((t, i) => t.become(reshape(step.results[i], shapeOf(nodes[i]))))
  assigned.forEach((t, i) => {
    // The replays assign; from outside, the tensor is its memory.
    const node = nodes[results.length + i]
    const view = node.op === 'assign' ? assignedView(node) : reshape(assignedView(wholeStorage(node) ?? node), shapeOf(node))
    t.become(view)
  })
  return { step, executor }
}

function assignedView(node: UOp): UOp {
  let u = node
  while (u.op === 'assign') u = u.src[0]
  return u
}

function executorOf(nodes: readonly UOp[]): Executor {
  for (const n of nodes) {
    const buffer = bufferUnder(n)
    if (buffer !== undefined) return ownerOf(buffer)
  }
  return defaultRuntime()
}

function resultsOf(result: StepResult): readonly Tensor[] {
  if (result === undefined) return []
  if (result instanceof Tensor) return [result]
  return Object.values(result)
}

/** Checks a call's inputs and copies them to the step's memory. */
async function feed(recording: Recording<StepResult>, inputs: readonly Tensor[]): Promise<void> {
  const { inputs: own, executor, trace } = recording
  if (inputs.length !== own.length) throw new PetagradError('CAPTURE_INVALID', `the step was recorded with ${own.length} inputs, not ${inputs.length}`, { op: 'capture' })
  const writes = inputs.map(async (input, i) => {
    const target = own[i]
    if (input.dtype !== target.dtype || input.shape.length !== target.shape.length || input.shape.some((d, k) => d !== target.shape[k])) {
      throw new PetagradError('CAPTURE_INVALID', `input ${i} differs from the one that the step was recorded with`, {
        op: 'capture', shapes: [target.shape, input.shape], dtypes: [target.dtype.name, input.dtype.name], hint: 'Capture another step for other shapes.',
      })
    }
    const buffer = wholeBuffer(target.uop)
    if (buffer === undefined) return
    const known = hostValues(input.uop)
    if (known !== undefined) for (const check of trace.checks.get(buffer) ?? []) check(known)
    await executor.write(buffer, hostBytesOf(input.uop) ?? (await input.bytes()))
  })
  await Promise.all(writes)
}
