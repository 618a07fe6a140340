import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Called with what has been printed so far, to interrupt the process at a certain point. */
  readonly watch?: (printed: string, interrupt: () => void) => void
}

/** Runs a Node process to its end, with stdin closed. */
export function node(args: readonly string[], { env = {}, cwd = root, watch }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', ...env } })
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    const seen = (): void => watch?.(stdout + stderr, () => child.kill('SIGINT'))
    child.stdout.on('data', (part: Buffer) => {
      stdout += part.toString()
      seen()
    })
    child.stderr.on('data', (part: Buffer) => {
      stderr += part.toString()
      seen()
    })
    child.on('error', reject)
    child.on('close', status => resolve({ status, stdout, stderr }))
  })
}

/** Runs the built `petagrad` command. */
export const petagrad = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  node([join(root, 'apps/cli/dist/petagrad.js'), ...args], options)

/** A folder outside the repository whose scripts can import the built packages by name. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'petagrad-project-'))

  constructor() {
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'dir')
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Runs a module, called user.mjs. */
  run(source: string, options?: RunOptions): Promise<Ended> {
    writeFileSync(this.path('user.mjs'), source)
    return node(['user.mjs'], { ...options, cwd: this.folder })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
