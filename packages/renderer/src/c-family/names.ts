import { is, type UOp } from '@petagrad/ir/graph'
import type { LinearProgram } from '../program.js'
import type { KernelNames } from './dialect.js'

/** Names of what a program is given: params `p0`…, variables `n0`…, scratch arrays `s0`…. */
export function namesOf(program: LinearProgram): KernelNames & { readonly values: ReadonlyMap<UOp, string> } {
  const values = new Map<UOp, string>()
  const params = new Map<number, string>()
  const variables: KernelNames['variables'][number][] = []
  const scratch: KernelNames['scratch'][number][] = []
  for (const u of program.uops) {
    if (is(u, 'param')) {
      params.set(u.arg.slot, `p${u.arg.slot}`)
      values.set(u, `p${u.arg.slot}`)
    } else if (is(u, 'variable')) {
      const position = program.variables.findIndex(v => v.arg.name === u.arg.name)
      const name = `n${position}`
      const dtype = u.dtype
      variables.push({ name, dtype, position })
      values.set(u, name)
    } else if (is(u, 'scratch')) {
      const name = `s${scratch.length}`
      scratch.push({ name, uop: u })
      values.set(u, name)
    }
  }
  return { params, variables, scratch, values }
}
