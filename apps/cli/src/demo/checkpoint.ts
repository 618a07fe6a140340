import { join } from 'node:path'
import { loadSafetensors, loadStateDict, PetagradError, saveSafetensors, stateDict, Tensor } from 'petagrad'
import type { Training } from './training.js'

export const checkpointPath = (directory: string): string => join(directory, 'checkpoint.safetensors')

/** Marks a file as ours, and its layout. */
const format = 'petagrad-demo-1'

/** Where a training stands: with the weights and the optimiser's state, all that going on takes. */
export interface Position {
  readonly seed: number
  readonly epochs: number
  /** Steps done, over all epochs. */
  readonly step: number
  /** Loss of every step. */
  readonly losses: readonly number[]
  /** Held-out accuracy after every epoch. */
  readonly accuracies: readonly number[]
  /** Time spent training so far. */
  readonly seconds: number
}

export interface Checkpoint {
  readonly position: Position
  /** Gives a training the weights and the optimiser's state. Throws INVALID_ARGUMENT or SHAPE_MISMATCH if they do not fit. */
  restore(training: Training): void
}

/** Writes weights, optimiser state and position as one file, which is either the old one or the new one, whole. */
export async function saveCheckpoint(path: string, { net, optimizer }: Training, position: Position): Promise<void> {
  const { losses, ...rest } = position
  const tensors = new Map([
    ...named('net.', stateDict(net)),
    ...named('adam.', stateDict(optimizer)),
    ['losses', Tensor.from(Float64Array.from(losses))] as const,
  ])
  await saveSafetensors(path, tensors, { metadata: new Map([['format', format], ['position', JSON.stringify(rest)]]) })
}

/** Reads a checkpoint. Throws FILE_NOT_FOUND, or FILE_INVALID for a file that is none. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { tensors, metadata } = await loadSafetensors(path)
  const losses = tensors.get('losses')
  if (metadata.get('format') !== format || losses === undefined) throw new PetagradError('FILE_INVALID', `${path} is not a checkpoint of this demo`)
  const position = { ...parsePosition(path, metadata.get('position')), losses: Array.from(await losses.data(), Number) }
  const { step } = position
  if (position.losses.length !== step) throw new PetagradError('FILE_INVALID', `${path} has ${position.losses.length} losses for ${step} steps`)
  return {
    position,
    restore({ net, optimizer }) {
      loadStateDict(net, part('net.', tensors))
      loadStateDict(optimizer, part('adam.', tensors))
    },
  }
}

function parsePosition(path: string, text: string | undefined): Omit<Position, 'losses'> {
  const invalid = (cause?: unknown): PetagradError => new PetagradError('FILE_INVALID', `${path} does not say where the training stood`, { cause })
  let value: Record<string, unknown>
  try {
    const parsed: unknown = JSON.parse(text ?? 'null')
    if (typeof parsed !== 'object' || parsed === null) throw invalid()
    value = { ...parsed }
  } catch (cause) {
    throw invalid(cause)
  }
  const whole = (name: string): number => {
    const n = value[name]
    if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) throw invalid()
    return n
  }
  const { accuracies, seconds } = value
  if (!Array.isArray(accuracies) || !accuracies.every((a): a is number => typeof a === 'number')) throw invalid()
  if (typeof seconds !== 'number' || !(seconds >= 0)) throw invalid()
  return { seed: whole('seed'), epochs: whole('epochs'), step: whole('step'), accuracies, seconds }
}

const named = (prefix: string, tensors: ReadonlyMap<string, Tensor>): [string, Tensor][] =>
  [...tensors].map(([name, t]) => [prefix + name, t])

const part = (prefix: string, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
  new Map([...tensors].flatMap(([name, t]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), t] as const] : [])))
