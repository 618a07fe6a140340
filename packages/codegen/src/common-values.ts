import { toposort, type UOp } from '@petagrad/ir'

/** What is known of a node: whether it is common, and whether a task's number or its scratch memory is below it. */
interface Traits {
  readonly isCommon: boolean
  readonly ofTask: boolean
}

const known = new WeakMap<UOp, Traits>()

/**
 * Whether the value is the same in every nest and at every time: arithmetic over task numbers, and loads from fixed
 * places of the arguments. It stands before all nests, which share it.
 */
export function isCommon(u: UOp): boolean {
  let traits = known.get(u)
  if (traits === undefined) {
    for (const n of toposort(u, x => !known.has(x))) if (!known.has(n)) known.set(n, traitsOf(n))
    traits = known.get(u)
  }
  return traits?.isCommon ?? false
}

const COMMON: Traits = { isCommon: true, ofTask: false }
const COMMON_OF_TASK: Traits = { isCommon: true, ofTask: true }
const OWN: Traits = { isCommon: false, ofTask: false }
const OWN_OF_TASK: Traits = { isCommon: false, ofTask: true }

function traitsOf(u: UOp): Traits {
  let ofTask = u.op === 'special' || u.op === 'scratch'
  let common = u.op !== 'range' && u.op !== 'after' && u.op !== 'register' && u.op !== 'end' // these have a time of their own
  for (let i = 0; i < u.src.length; i++) {
    const source = known.get(u.src[i])
    if (source === undefined) continue
    common &&= source.isCommon
    ofTask ||= source.ofTask
  }
  if (u.op === 'load' && ofTask) common = false
  return common ? (ofTask ? COMMON_OF_TASK : COMMON) : ofTask ? OWN_OF_TASK : OWN
}
