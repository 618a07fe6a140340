/** One instruction in AT&T syntax: the destination stands last. */
export interface Instruction {
  readonly address: number
  readonly mnemonic: string
  readonly operands: readonly string[]
}

/** A loop that contains no other, from its first instruction to the jump back. */
export type Loop = readonly Instruction[]

/** What a loop does in one iteration. */
export interface LoopCount {
  readonly instructions: number
  readonly vectorFmas: number
  readonly scalarFmas: number
  /** Dot products of bytes (vpdpbusd and the like). */
  readonly vectorDots: number
  /** Other vector arithmetic. */
  readonly vectorOps: number
  /** Instructions that read memory, those included whose operand is folded into arithmetic. */
  readonly loads: number
  readonly stores: number
  /** Stores to the stack: registers that ran out. */
  readonly spills: number
  /** Width of the widest register of the arithmetic. */
  readonly vectorBits: number
}

/** Instructions in the output of `objdump -d --no-show-raw-insn` for x86-64. */
export function parseInstructions(text: string): Instruction[] {
  const found: Instruction[] = []
  for (const line of text.split('\n')) {
    const match = /^\s*([0-9a-f]+):\s+(?:(?:lock|rep|repz|bnd|notrack|data16|cs|ds)\s+)*(\S+)\s*(.*?)\s*(?:#.*)?$/.exec(line)
    if (match === null) continue
    const [, address, mnemonic, operands] = match
    found.push({ address: parseInt(address, 16), mnemonic, operands: splitOperands(operands) })
  }
  return found
}

/** At commas outside of parentheses. */
function splitOperands(text: string): string[] {
  return text === '' ? [] : text.split(/,\s*(?![^(]*\))/)
}

/** Loops that contain no other, in order. */
export function innermostLoops(instructions: readonly Instruction[]): Loop[] {
  const first = instructions[0]?.address ?? 0
  const spans = instructions.flatMap(({ address, mnemonic, operands }) => {
    const target = mnemonic.startsWith('j') ? parseInt(operands[0] ?? '', 16) : NaN
    return target <= address && target >= first ? [{ from: target, to: address }] : []
  })
  const innermost = spans.filter(a => !spans.some(b => b !== a && b.from >= a.from && b.to <= a.to && (b.from > a.from || b.to < a.to)))
  return innermost.map(({ from, to }) => instructions.filter(i => i.address >= from && i.address <= to))
}

const isFma = /^vf(n?)m(add|sub|addsub|subadd)(132|213|231)/
const isDot = /^(vpdp|vpmadd)/
const isVectorArithmetic = /^v?p?(add|sub|mul|div|max|min|sqrt|and|or|xor|blend|cmp|rcp14|scalef|rndscale|sll|srl|sra|cvt|perm|shuf|unpck)/
const isStackAddress = (operand: string): boolean => /\(%rsp/.test(operand)
const isMemory = (operand: string): boolean => operand.includes('(')
const touchesNothing = /^(lea|nop|prefetch)/
const isStore = ({ mnemonic, operands }: Instruction): boolean =>
  operands.length > 1 && isMemory(operands[operands.length - 1]) && !/^(cmp|test|vucomis|vcomis|ucomis|comis|bt)/.test(mnemonic)

export function countLoop(loop: Loop): LoopCount {
  const packed = (mnemonic: string): boolean => !/(ss|sd|sh)$/.test(mnemonic)
  const usesVectors = ({ operands }: Instruction): boolean => operands.some(o => /%[xyz]mm/.test(o))
  const count = (test: (i: Instruction) => boolean): number => loop.filter(test).length
  const kinds = [isFma, isDot, isVectorArithmetic]
  const arithmetic = loop.filter(i => usesVectors(i) && kinds.some(kind => kind.test(i.mnemonic)))
  return {
    instructions: loop.length,
    vectorFmas: count(i => isFma.test(i.mnemonic) && packed(i.mnemonic)),
    scalarFmas: count(i => isFma.test(i.mnemonic) && !packed(i.mnemonic)),
    vectorDots: count(i => isDot.test(i.mnemonic)),
    vectorOps: arithmetic.filter(i => !isFma.test(i.mnemonic) && !isDot.test(i.mnemonic) && packed(i.mnemonic)).length,
    loads: count(i => !touchesNothing.test(i.mnemonic) && (isStore(i) ? i.operands.slice(0, -1) : i.operands).some(isMemory)),
    stores: count(isStore),
    spills: count(i => isStore(i) && isStackAddress(i.operands[i.operands.length - 1])),
    vectorBits: Math.max(0, ...arithmetic.map(widthOf)),
  }
}

function widthOf({ operands }: Instruction): number {
  const text = operands.join()
  return text.includes('%zmm') ? 512 : text.includes('%ymm') ? 256 : text.includes('%xmm') ? 128 : 0
}

/** The loop that does the most: multiply-accumulates first, then other vector arithmetic. */
export function hottestLoop(instructions: readonly Instruction[]): LoopCount | undefined {
  const weight = (c: LoopCount): number => 1000 * (c.vectorFmas + c.vectorDots + c.scalarFmas) + c.vectorOps
  return innermostLoops(instructions).map(countLoop).sort((a, b) => weight(b) - weight(a))[0]
}
