import { spawn } from 'node:child_process'

export interface ProcessResult {
  /** Undefined when it could not be started or was ended by a signal. */
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program without a shell, `input` on its standard input. Never throws. */
export function runProcess(path: string, args: readonly string[], input = ''): Promise<ProcessResult> {
  return new Promise(resolve => {
    let stdout = ''
    let stderr = ''
    const child = spawn(path, args, { stdio: 'pipe', windowsHide: true })
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.on('error', () => undefined) // a compiler that stops early closes its input; its status says why
    child.on('error', error => resolve({ status: undefined, stdout, stderr: stderr || error.message }))
    child.on('close', status => resolve({ status: status ?? undefined, stdout, stderr }))
    child.stdin.end(input)
  })
}
