import { is, PetagradError, shapeOf, toposort, type UOp } from '@petagrad/ir/graph'
import { defaultRuntime, type Executor } from '@petagrad/runtime'
import { reshape } from './build.js'
import type { TensorCore } from './core.js'
import { isLeaf } from './leaves.js'
import { hasOrigin, rememberOrigin } from './origins.js'
import {
  adopt, bufferUnder, forgetHostValues, markExecuted, ownerOf, settle, wholeBuffer, wholeStorage,
} from './storage.js'
import { activeTrace, refuseInTrace } from './trace.js'
import { noteWrite, now } from './writes.js'

/** Tensors whose assignment has not run. */
const pending = new Set<TensorCore>()
/**
 * Losses since the last update. The update overwrites the parameters that a loss is computed from, so the loss is computed
 * with it, which costs nothing: its graph is part of the gradients' graph.
 */
let differentiated: readonly WeakRef<TensorCore>[] = []
/** Realisations under way: a second request waits for the first instead of computing again. */
const underWay = new WeakMap<TensorCore, { readonly node: UOp; readonly done: Promise<void> }>()
/** Buffers whose assignment failed: what they hold is unknown. */
const broken = new WeakMap<UOp, unknown>()

/** Records an assignment: it belongs to the step being captured, or runs with the next realisation that involves it. */
export function recordAssignment(tensor: TensorCore): void {
  const trace = activeTrace()
  if (trace === undefined) pending.add(tensor)
  else trace.assigned.add(tensor)
}

/** Notes that a gradient was taken of a loss. */
export function recordLoss(loss: TensorCore): void {
  if (activeTrace() === undefined) differentiated = [...differentiated.filter(r => r.deref() !== undefined), new WeakRef(loss)]
}

/** The losses that can still be computed; they are asked for once. */
function currentLosses(): readonly TensorCore[] {
  const losses = differentiated.flatMap(r => r.deref() ?? []).filter(t => !t.isStale)
  differentiated = []
  return losses
}

/** A tensor that is disposed of is not computed any more. */
export function forget(tensor: TensorCore): void {
  pending.delete(tensor)
  differentiated = differentiated.filter(r => r.deref() !== tensor)
}

/** Computes the tensors together, in as few kernels as the scheduler finds; afterwards each holds memory of its own. */
export async function realizeTensors(tensors: readonly TensorCore[], options: { readonly pending?: boolean } = {}): Promise<void> {
  refuseInTrace('realize')
  const assigns = options.pending === true || tensors.some(t => pending.has(t))
  const wanted = [...new Set([...tensors, ...(options.pending ? pending : []), ...(assigns ? currentLosses() : [])])]
  const waiting: Promise<void>[] = []
  const asked: TensorCore[] = []
  for (const t of wanted) {
    const same = underWay.get(t)
    if (same !== undefined && same.node === t.current) waiting.push(same.done)
    else asked.push(t)
  }
  const fresh = new Map<Executor, Fresh[]>()
  const settled = settle(asked.map(t => t.uop))
  asked.forEach((tensor, i) => {
    if (tensor.uop !== settled[i]) tensor.become(settled[i])
    const whole = wholeBuffer(settled[i])
    if (whole === undefined) {
      const executor = executorOf(settled[i])
      const item = { tensor, node: settled[i], root: wholeStorage(settled[i]) ?? settled[i] }
      fresh.set(executor, [...(fresh.get(executor) ?? []), item])
    } else if (broken.has(whole)) throw brokenError(whole)
    else tensor.keep(whole)
  })
  for (const [executor, list] of fresh) waiting.push(run(executor, list))
  await Promise.all(waiting)
}

/** A tensor to compute: its node, and the root that the executor is given. */
interface Fresh {
  readonly tensor: TensorCore
  readonly node: UOp
  readonly root: UOp
}

/** Whose buffers an expression is over; the default runtime for one over none. */
function executorOf(node: UOp): Executor {
  const seen = new Set<UOp>([node])
  for (const u of seen) {
    if (u.op === 'buffer') return ownerOf(u)
    for (const s of u.src) seen.add(s)
  }
  return defaultRuntime()
}

function run(executor: Executor, fresh: readonly Fresh[]): Promise<void> {
  const assigned: UOp[] = []
  /** Nodes under which something asks for a gradient. */
  const graded = new Set<UOp>()
  for (const u of toposort(fresh.map(f => f.root))) {
    if (is(u, 'buffer')) {
      if (broken.has(u)) throw brokenError(u)
      if (isLeaf(u) || hasOrigin(u)) graded.add(u)
      forgetHostValues(u)
    } else {
      if (u.op === 'assign') assigned.push(u)
      if (u.op === 'assign' ? isLeaf(bufferUnder(u)) : u.op !== 'detach' && u.src.some(s => graded.has(s))) graded.add(u)
    }
  }
  const running = executor.realize(fresh.map(f => f.root))
  // From here on, whoever builds on an assignment of these builds on the buffer: work is done in the order of the calls.
  for (const u of assigned) {
    noteWrite(u)
    markExecuted(u, now())
  }
  const computed: { readonly tensor: TensorCore; readonly node: UOp; readonly at: number }[] = []
  fresh.forEach(({ tensor, node, root }, at) => {
    if (root.op === 'assign') tensor.become(settle([node])[0])
    else computed.push({ tensor, node, at })
    pending.delete(tensor)
  })
  const done = running.then(
    buffers => {
      for (const { tensor, node, at } of computed) {
        const buffer = buffers[at]
        adopt(buffer, executor)
        if (graded.has(node)) rememberOrigin(buffer, settle([node])[0])
        if (tensor.current !== node) continue
        tensor.become(reshape(buffer, shapeOf(node)))
        tensor.keep(buffer)
      }
    },
    (error: unknown) => {
      for (const u of assigned) {
        const buffer = bufferUnder(u)
        if (buffer !== undefined) broken.set(buffer, error)
      }
      throw error
    },
  )
  for (const { tensor, node } of computed) underWay.set(tensor, { node, done })
  return done
}

const brokenError = (buffer: UOp): PetagradError =>
  new PetagradError('DEVICE_FAILED', 'an earlier assignment to this tensor failed, so that its values are unknown', { cause: broken.get(buffer) })
