import { dataTypes, type DType } from '@petagrad/ir/graph'
import type { RootResult } from '@petagrad/schedule'
import type { CompiledKernel } from './kernel-compiler.js'
import { hasNumericGrid, type KernelFacts } from './lowered-kernel.js'
import type { ReadyPlan } from './ready-plan.js'

/** What `encodePlan` keeps of a kernel; `binary` counts the binaries of the plan. */
interface StoredKernel extends KernelFacts {
  readonly key: string
  readonly binary: number
}

type StoredRoot = Exclude<RootResult, { readonly kind: 'fresh' }> | { readonly kind: 'fresh'; readonly dtype: string; readonly size: number }

interface Header {
  readonly kernels: readonly StoredKernel[]
  /** By call: which kernel. */
  readonly programs: readonly number[]
  readonly calls: ReadyPlan['calls']
  readonly roots: readonly StoredRoot[]
  readonly arenaBytes: number
  /** Lengths of the binaries that follow. */
  readonly binaries: readonly number[]
}

/** A plan with the binaries of its kernels, each once, as bytes for the disk cache; undefined for one that only memory can hold. */
export function encodePlan({ calls, kernels: loaded, roots, arenaBytes }: ReadyPlan): Uint8Array | undefined {
  const binaries: Uint8Array[] = []
  const kernels = new Map<CompiledKernel, number>()
  const stored: StoredKernel[] = []
  for (const kernel of loaded) {
    if (kernels.has(kernel)) continue
    const { lowered: { info, grid }, key, binary } = kernel
    if (key === undefined || info.variables > 0 || !hasNumericGrid(grid)) return undefined
    let at = binaries.findIndex(b => equal(b, binary))
    if (at < 0) at = binaries.push(binary) - 1
    kernels.set(kernel, stored.push({ ...kernel.lowered, key, binary: at }) - 1)
  }
  const header: Header = {
    kernels: stored,
    programs: loaded.map(kernel => kernels.get(kernel) ?? 0),
    calls: calls.map(({ args }) => ({ args })),
    roots: roots.map(r => (r.kind === 'fresh' ? { ...r, dtype: r.dtype.name } : r)),
    arenaBytes,
    binaries: binaries.map(b => b.length),
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const out = new Uint8Array(binaries.reduce((n, b) => n + b.length, 4 + text.length))
  new DataView(out.buffer).setUint32(0, text.length, true)
  out.set(text, 4)
  let at = 4 + text.length
  for (const binary of binaries) {
    out.set(binary, at)
    at += binary.length
  }
  return out
}

/** The reverse of `encodePlan`, for bytes whose checksum held; `reload` loads a kernel. */
export async function decodePlan(
  bytes: Uint8Array, reload: (facts: KernelFacts, binary: Uint8Array, key: string) => Promise<CompiledKernel>,
): Promise<ReadyPlan> {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length))) as Header // we wrote it
  const binaries: Uint8Array[] = []
  let at = 4 + length
  for (const size of header.binaries) binaries.push(bytes.subarray(at, (at += size)))
  const kernels = await Promise.all(header.kernels.map(({ key, binary, ...facts }) => reload(facts, binaries[binary], key)))
  return {
    calls: header.calls,
    kernels: header.programs.map(kernel => kernels[kernel]),
    roots: header.roots.map(r => (r.kind === 'fresh' ? { ...r, dtype: dtypeOf(r.dtype) } : r)),
    arenaBytes: header.arenaBytes,
  }
}

function dtypeOf(name: string): DType {
  const dtype = dataTypes.find(d => d.name === name)
  if (dtype === undefined) throw new TypeError(`a stored plan has a root of dtype ${name}`)
  return dtype
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => a === b || (a.length === b.length && a.every((x, i) => x === b[i]))
