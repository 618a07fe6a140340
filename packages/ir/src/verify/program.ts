import type { UOp } from '../uop.js'
import { fail, verifyNode } from './verify.js'

/** A block of a program, and the one it stands in. */
interface Block {
  readonly opener: UOp | undefined
  readonly outer: Block | undefined
  /** Registers that have been written here, or where an enclosing block had written them. */
  readonly written: Set<UOp>
}

/**
 * Checks a linear program: every node by the rules of its op, each node once, sources above their users and in a
 * block that is still open, blocks closed innermost first, registers written before they are read.
 *
 * Errors: IR_INVALID with the name of the check and the text of the node.
 */
export function verifyProgram(uops: readonly UOp[]): void {
  const homes = new Map<UOp, Block>()
  let block: Block = { opener: undefined, outer: undefined, written: new Set() }
  for (const u of uops) {
    if (homes.has(u)) fail('once', u, 'it stands in the program twice')
    for (const source of u.src) if (!homes.has(source)) fail('defined-before-use', u, `${source.op} ${source.dtype.name} does not stand above it`)
    verifyNode(u, 'program')
    for (const source of valuesOf(u)) if (!isOpen(homes.get(source), block)) fail('in-scope', u, `${source.op} ${source.dtype.name} stands in a block that is closed`)
    checkRegister(u, block)
    switch (u.op) {
      case 'end': case 'endif':
        if (block.opener !== u.src[0] || block.outer === undefined) return fail('closes-innermost', u, 'the innermost block is another')
        block = block.outer
        homes.set(u, block)
        break
      case 'range': case 'if':
        block = { opener: u, outer: block, written: new Set() }
        homes.set(u, block)
        break
      default: homes.set(u, block)
    }
  }
  if (block.opener !== undefined) fail('closed', block.opener, 'its block is not closed')
}

/** The sources whose values are used; those that only order it may stand in a closed block. */
const valuesOf = (u: UOp): readonly UOp[] => (u.op === 'after' ? u.src.slice(0, 1) : u.src)

function isOpen(home: Block | undefined, from: Block): boolean {
  for (let block: Block | undefined = from; block !== undefined; block = block.outer) if (block === home) return true
  return false
}

function checkRegister(u: UOp, block: Block): void {
  if (u.op !== 'load' && u.op !== 'store') return
  let target = u.src[0]
  while (target.op === 'after') target = target.src[0]
  if (target.op !== 'register') return
  if (u.op === 'store') {
    block.written.add(target)
    return
  }
  for (let outer: Block | undefined = block; outer !== undefined; outer = outer.outer) if (outer.written.has(target)) return
  fail('register-written', u, 'the register may not have been written yet')
}
