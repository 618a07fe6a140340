import { describe, expect, it } from 'vitest'
import { countLoop, hottestLoop, innermostLoops, parseInstructions } from '../src/code/machine-code.js'

/** An outer loop around two inner ones: one that multiplies and spills, one that adds a tail. */
const text = `
0000000000001100 <kernel_x>:
    1100:	push   %rbp
    1104:	vxorps %xmm0,%xmm0,%xmm0
    1108:	vmovups (%rsi,%rax,4),%zmm1
    110c:	vfmadd231ps 0x40(%rdi,%rax,4),%zmm1,%zmm2
    1110:	vfmadd231ps (%rdx){1to16},%zmm1,%zmm3
    1114:	vmovups %zmm3,0x40(%rsp)
    1118:	prefetcht0 0x100(%rsi)
    111c:	cmp    %rcx,0x8(%rsp)
    1120:	jne    1108 <kernel_x+0x8>
    1124:	vaddss (%rdi),%xmm0,%xmm0
    1128:	vmovss %xmm0,(%rdx)
    112c:	jb     1124 <kernel_x+0x24>
    1130:	jne    1104 <kernel_x+0x4>
    1134:	ret
`

describe('machine code', () => {
  const instructions = parseInstructions(text)

  it('is read with its operands, those that hold commas included', () => {
    expect(instructions[2]).toEqual({ address: 0x1108, mnemonic: 'vmovups', operands: ['(%rsi,%rax,4)', '%zmm1'] })
    expect(instructions.length).toBe(14)
  })

  it('has the loops that contain no other', () => {
    expect(innermostLoops(instructions).map(loop => [loop[0].address, loop.length])).toEqual([[0x1108, 7], [0x1124, 3]])
  })

  it('is counted in the loop that multiplies the most', () => {
    expect(hottestLoop(instructions)).toEqual({
      instructions: 7, vectorFmas: 2, scalarFmas: 0, vectorDots: 0, vectorOps: 0, loads: 4, stores: 1, spills: 1, vectorBits: 512,
    })
  })

  it('tells scalar from vector arithmetic', () => {
    const [, tail] = innermostLoops(instructions)
    expect(countLoop(tail)).toMatchObject({ vectorOps: 0, loads: 1, stores: 1, spills: 0 })
  })

  it('has no hot loop where it does not loop', () => {
    expect(hottestLoop(parseInstructions('    1100:\tret\n'))).toBeUndefined()
  })
})
