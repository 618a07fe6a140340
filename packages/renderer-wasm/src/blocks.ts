import { PetagradError, type UOp } from '@petagrad/ir/graph'

/** A loop body or the body of an `if`; `first` and `last` are the places of the uops that open and close it. */
export interface Block {
  readonly parent: Block | undefined
  readonly first: number
  last: number
}

export interface BlockStructure {
  /** The block that a value defined at a place belongs to: for a `range`, the loop it opens. */
  readonly defined: readonly Block[]
  /** The block in which the operands of the uop at a place are evaluated. */
  readonly evaluated: readonly Block[]
}

export function findBlocks(uops: readonly UOp[]): BlockStructure {
  const root: Block = { parent: undefined, first: -1, last: uops.length }
  const defined: Block[] = []
  const evaluated: Block[] = []
  let block = root
  uops.forEach((u, at) => {
    evaluated.push(block)
    if (u.op === 'range' || u.op === 'if') block = { parent: block, first: at, last: at }
    defined.push(block)
    if (u.op === 'end' || u.op === 'endif') {
      if (block.parent === undefined) throw new PetagradError('IR_INVALID', 'closes a block that is not open', { op: u.op })
      block.last = at
      block = block.parent
    }
  })
  if (block !== root) throw new PetagradError('IR_INVALID', 'a block is not closed', { op: uops[block.first].op })
  return { defined, evaluated }
}

/** How long a value of block `home` must live to be read at `at` in block `from`: in a loop, to the loop's end. */
export function livesUntil(home: Block, from: Block, at: number): number {
  let inner: Block = from
  if (inner === home) return at
  while (inner.parent !== undefined && inner.parent !== home) inner = inner.parent
  if (inner.parent === undefined) throw new PetagradError('IR_INVALID', 'a value is used outside the block that it stands in')
  return inner.last
}
