import { PetagradError } from '@petagrad/ir/graph'
import type { DeviceArtifact } from '@petagrad/device'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Limit } from './limit.js'
import { runProcess } from './run-process.js'
import { kernelFlags, type Toolchain } from './toolchain.js'

/** Lines of a compiler's complaint that an error shows. */
const SHOWN_LINES = 8

/** Turns C into shared libraries, several compilers at once but no more than cores. */
export class Compiler {
  private readonly limit: Limit

  constructor(private readonly toolchain: Toolchain, private readonly cores: number) {
    this.limit = new Limit(cores)
  }

  async compile(artifact: DeviceArtifact): Promise<Uint8Array> {
    return this.build(sourceOf(artifact))
  }

  /**
   * Compiles several artifacts with few compiler processes: starting one and linking costs more than most kernels. The
   * result holds one library for each artifact; those that were compiled together are the same bytes.
   */
  async compileMany(artifacts: readonly DeviceArtifact[]): Promise<readonly Uint8Array[]> {
    const sources = artifacts.map(a => ({ entry: a.entry, text: sourceOf(a) }))
    const units = shareOut(sources, this.cores)
    const libraries = await Promise.all(units.map(unit => this.build(unit.text())))
    return sources.map(source => libraries[units.findIndex(unit => unit.holds(source))])
  }

  private build(text: string): Promise<Uint8Array> {
    return this.limit.run(async () => {
      const directory = await mkdtemp(join(tmpdir(), 'petagrad-cc-'))
      const library = join(directory, 'kernel.so')
      const result = await runProcess(this.toolchain.path, [...kernelFlags, '-x', 'c', '-', '-o', library, '-lm'], text)
      if (result.status !== 0) return this.refuse(directory, text, result.stderr)
      const bytes = await readFile(library)
      await rm(directory, { recursive: true, force: true })
      return bytes
    })
  }

  /** Keeps the source, so that the compiler's complaint can be looked into. */
  private async refuse(directory: string, text: string, stderr: string): Promise<never> {
    const file = join(directory, 'kernel.c')
    await writeFile(file, text)
    const said = stderr.trim().split('\n').slice(0, SHOWN_LINES).join('\n')
    throw new PetagradError('COMPILE_FAILED', `${this.toolchain.path} refused a kernel: ${said}`, { hint: `The source is kept in ${file}.` })
  }
}

function sourceOf(artifact: DeviceArtifact): string {
  if (artifact.kind === 'source' && artifact.language === 'c') return artifact.text
  const what = artifact.kind === 'source' ? artifact.language : artifact.format
  throw new PetagradError('UNSUPPORTED', `the cpu device compiles C, not ${what}`)
}

interface Source {
  readonly entry: string
  readonly text: string
}

/** Kernels that are compiled as one file. What they declare alike stands once: paragraphs are declarations. */
class Unit {
  private readonly paragraphs = new Set<string>()
  private readonly entries = new Map<string, string>()
  length = 0

  accepts({ entry, text }: Source): boolean {
    const known = this.entries.get(entry)
    return known === undefined || known === text
  }

  add({ entry, text }: Source): void {
    this.entries.set(entry, text)
    this.length += text.length
    for (const paragraph of text.trim().split('\n\n')) this.paragraphs.add(paragraph)
  }

  holds({ entry, text }: Source): boolean {
    return this.entries.get(entry) === text
  }

  text(): string {
    return [...this.paragraphs].join('\n\n') + '\n'
  }
}

/** The longest first, each into the shortest unit that has no other kernel of its name. */
function shareOut(sources: readonly Source[], cores: number): Unit[] {
  const units: Unit[] = []
  for (const source of [...sources].sort((a, b) => b.text.length - a.text.length)) {
    if (units.some(unit => unit.holds(source))) continue
    let unit = units.length < cores ? undefined : [...units].sort((a, b) => a.length - b.length).find(u => u.accepts(source))
    if (unit === undefined) units.push((unit = new Unit()))
    unit.add(source)
  }
  return units
}
