import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PetagradError } from 'petagrad'

/** Runs `petagrad predict` on a saved model in a process of its own, which prints, or returns what it printed as JSON. */
export function predictInFreshProcess(model: string, device: string, json: boolean): Promise<string> {
  const command = fileURLToPath(new URL('./petagrad.js', import.meta.url))
  const child = spawn(process.execPath, [command, 'predict', model, '--device', device, ...(json ? ['--json'] : [])], {
    stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (part: Buffer) => (text += part.toString()))
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve(text)
      else reject(new PetagradError('DEVICE_FAILED', `the process that reloads the model ended with status ${code}`))
    })
  })
}
