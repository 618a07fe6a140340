import type { Artifact, LinearProgram, WorkEstimate } from '@petagrad/renderer'
import type { ProgramInfo } from '@petagrad/device'
import type { UOp } from '@petagrad/ir/graph'

/** What running a kernel needs to know besides its program. */
export interface KernelFacts {
  readonly name: string
  readonly info: ProgramInfo
  /** Task counts; uops over the kernel's variables where symbolic. */
  readonly grid: readonly (number | UOp)[]
  readonly work: WorkEstimate
  readonly schedule: string
}

/** A kernel after codegen and rendering: all that running it needs, with no program left in it. */
export interface LoweredKernel extends KernelFacts {
  readonly artifact: Artifact
}

export const lowered = (program: LinearProgram, artifact: Artifact): LoweredKernel => ({
  name: program.name,
  artifact,
  info: {
    entry: artifact.entry,
    params: program.params.length,
    variables: program.variables.length,
    scratchBytes: program.scratchBytes,
    block: program.block,
  },
  grid: program.grid,
  work: program.work,
  schedule: program.schedule,
})

export const hasNumericGrid = (grid: readonly (number | UOp)[]): grid is readonly number[] => grid.every(g => typeof g === 'number')

/** The kernel as bytes for the disk cache; undefined where the grid is symbolic, which only memory can hold. */
export function encodeLowered(kernel: LoweredKernel): Uint8Array | undefined {
  if (!hasNumericGrid(kernel.grid)) return undefined
  const { artifact, ...rest } = kernel
  const code = artifact.kind === 'source' ? new TextEncoder().encode(artifact.text) : artifact.bytes
  const about = artifact.kind === 'source'
    ? { kind: artifact.kind, language: artifact.language, entry: artifact.entry }
    : { kind: artifact.kind, format: artifact.format, entry: artifact.entry }
  const header = new TextEncoder().encode(JSON.stringify({ ...rest, artifact: about }))
  const out = new Uint8Array(4 + header.length + code.length)
  new DataView(out.buffer).setUint32(0, header.length, true)
  out.set(header, 4)
  out.set(code, 4 + header.length)
  return out
}

/** The reverse of `encodeLowered`, for bytes whose checksum held; throws on anything else. */
export function decodeLowered(bytes: Uint8Array): LoweredKernel {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length))) as LoweredHeader // we wrote it
  const { artifact: about, ...rest } = header
  const code = bytes.subarray(4 + length)
  const artifact: Artifact = about.kind === 'source'
    ? { ...about, text: new TextDecoder().decode(code) }
    : { ...about, bytes: code }
  return { ...rest, artifact }
}

interface LoweredHeader extends Omit<LoweredKernel, 'artifact'> {
  readonly artifact:
    | { readonly kind: 'source'; readonly language: string; readonly entry: string }
    | { readonly kind: 'binary'; readonly format: string; readonly entry: string }
}
