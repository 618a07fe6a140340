import { PetagradError } from '../errors.js'
import type { UOp } from '../uop.js'
import { argumentForms, isUOp, type ArgumentForm } from '../verify/argument.js'
import { dependencyOrder } from './order.js'

/** First lines: what follows, and in which version of the format. */
export const GRAPH_HEADER = 'petagrad-ir 1'
export const PROGRAM_HEADER = 'petagrad-program 1'

/**
 * A graph as text: the header, then one line for each node, `%3 = add f32 %1 %2`: name, op, dtype, sources, argument.
 * Nodes are numbered from 0, sources before users, the root last, so the text says nothing about what else the process
 * has built. `parse` gives the same node back.
 */
export function print(root: UOp): string {
  return listing(GRAPH_HEADER, dependencyOrder(root))
}

/**
 * A linear program as text, in its order. `parseProgram` gives the same list back.
 *
 * Errors: IR_INVALID if a node is used that stands further down or not in the list.
 */
export function printProgram(uops: readonly UOp[]): string {
  return listing(PROGRAM_HEADER, uops)
}

function listing(header: string, order: readonly UOp[]): string {
  const names = new Map<UOp, string>()
  const lines = [header]
  order.forEach((u, place) => {
    const name = `%${place}`
    lines.push(`${name} = ${nodeLine(u, s => names.get(s) ?? missing(u, s))}`)
    if (!names.has(u)) names.set(u, name)
  })
  return lines.join('\n') + '\n'
}

function missing(user: UOp, source: UOp): never {
  throw new PetagradError('IR_INVALID', `uses ${nodeText(source)}, which does not stand above it in the program`, { op: user.op })
}

/** A node with its sources in words, for messages: `add f32 (const f32 1, load f32)`. */
export function nodeText(u: UOp): string {
  const sources = u.src.map(s => nodeLine(s, () => '').trim()).join(', ')
  return nodeLine(u, () => '').trim() + (sources === '' ? '' : ` (${sources})`)
}

function nodeLine(u: UOp, nameOf: (source: UOp) => string): string {
  const sources = u.src.map(s => nameOf(s)).filter(name => name !== '').map(name => ` ${name}`).join('')
  const arg = u.arg === undefined ? '' : ` ${argumentText(argumentForms[u.op], u.arg, nameOf)}`
  return `${u.op} ${u.dtype.name}${sources}${arg}`
}

function argumentText(form: ArgumentForm | undefined, arg: unknown, nameOf: (source: UOp) => string): string {
  if (isUOp(arg)) return nameOf(arg) || arg.op
  switch (typeof arg) {
    case 'number': return numberText(arg)
    case 'bigint': return `${arg}n`
    case 'string': return typeof form === 'object' && 'oneOf' in form ? arg : JSON.stringify(arg)
    case 'object': break
    default: return String(arg)
  }
  if (Array.isArray(arg)) {
    const element = typeof form !== 'object' ? undefined : 'listOf' in form ? form.listOf : 'pairOf' in form ? form.pairOf : undefined
    return `[${arg.map(x => argumentText(element, x, nameOf)).join(', ')}]`
  }
  const fields = typeof form === 'object' && 'fields' in form ? form.fields : {}
  const entries = new Map<string, unknown>(Object.entries(arg ?? {}))
  // An interned argument is the first object that had this content, so its own order of fields is an accident.
  const others = [...entries.keys()].filter(name => !Object.hasOwn(fields, name)).sort()
  const order = [...Object.keys(fields).filter(name => entries.has(name)), ...others]
  return `{${order.map(name => `${name}: ${argumentText(fields[name], entries.get(name), nameOf)}`).join(', ')}}`
}

function numberText(x: number): string {
  if (Number.isNaN(x)) return 'nan'
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf'
  return Object.is(x, -0) ? '-0' : String(x)
}
