import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** What kernels are rendered for: the C renderer takes it as it is. */
export interface CpuTarget {
  readonly compiler: 'clang' | 'gcc'
  readonly isa: 'x86-64-v2' | 'x86-64-v3' | 'x86-64-v4' | 'aarch64'
  /** Dot products of bytes, by the names compilers give them. */
  readonly features: readonly ('avx512vnni' | 'avxvnni')[]
  readonly cores: number
  readonly machine: {
    readonly l1?: number
    readonly l2?: number
    readonly l3?: number
    readonly vectorBytes?: number
    readonly rates?: MachineRates
  }
}

/** A second, of one core and of all that the device uses. */
export interface Rate {
  readonly one: number
  readonly all: number
}

/** What was measured on this machine. Bytes are those that are read. */
export interface MachineRates {
  /** Of f32. */
  readonly multiplyAccumulates: Rate
  readonly l1: Rate
  readonly l2: Rate
  readonly l3: Rate
  readonly memory: Rate
  /** Cores that share one last level cache. */
  readonly coresPerL3: number
}

/** The instruction set that a compiler's predefined macros stand for; undefined for one that is not supported. */
export function isaFromMacros(macros: string): CpuTarget['isa'] | undefined {
  const has = (...names: readonly string[]) => names.every(name => macros.includes(`#define ${name} `))
  if (has('__aarch64__')) return 'aarch64'
  if (!has('__x86_64__', '__SSE4_2__', '__SSSE3__')) return undefined
  if (!has('__AVX2__', '__FMA__', '__F16C__', '__BMI2__')) return 'x86-64-v2'
  return has('__AVX512F__', '__AVX512BW__', '__AVX512DQ__', '__AVX512VL__') ? 'x86-64-v4' : 'x86-64-v3'
}

/** What the machine has besides its instruction set, by a compiler's predefined macros. */
export const featuresFromMacros = (macros: string): CpuTarget['features'] =>
  (['avx512vnni', 'avxvnni'] as const).filter(name => macros.includes(`#define __${name.toUpperCase()}__ `))

/** Threads that the process may run at once. */
export const coreCount = (): number => availableParallelism()

/** Names the processor model, for caches that several machines share. */
export const processorName = (): string => (processor ??= cpus()[0]?.model.trim() || process.arch)
let processor: string | undefined

/** Cache sizes of the first core in bytes, as Linux tells them; empty elsewhere. */
export function machineFacts(isa: CpuTarget['isa']): CpuTarget['machine'] {
  const caches: { l1?: number; l2?: number; l3?: number } = {}
  for (let i = 0; i < 5; i++) {
    const base = `/sys/devices/system/cpu/cpu0/cache/index${i}`
    const [level, type, size] = ['level', 'type', 'size'].map(name => text(`${base}/${name}`))
    const bytes = sizeInBytes(size)
    if (bytes === undefined || type === 'Instruction') continue
    if (level === '1') caches.l1 = bytes
    if (level === '2') caches.l2 = bytes
    if (level === '3') caches.l3 = bytes
  }
  return isa === 'x86-64-v4' && !splits512() ? { ...caches, vectorBytes: 64 } : caches
}

/** The system makes these files when they are read: there is no disk to wait for. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function sizeInBytes(size: string): number | undefined {
  const match = /^(\d+)([KM]?)$/.exec(size)
  return match === null ? undefined : Number(match[1]) * ({ K: 1024, M: 1024 * 1024 }[match[2]] ?? 1)
}

/** Zen 4 (AMD family 25) runs a 64-byte operation as two halves: nothing is won, and registers run out sooner. */
function splits512(): boolean {
  const info = text('/proc/cpuinfo')
  return /^vendor_id\s*:\s*AuthenticAMD$/m.test(info) && /^cpu family\s*:\s*25$/m.test(info)
}
