import { mkdir, stat } from 'node:fs/promises'
import { PetagradError } from 'petagrad'

/** Makes the directory if it is not there. Throws INVALID_ARGUMENT where nothing can be written. */
export async function outputDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    const there = await stat(path).catch(() => undefined)
    const why = there !== undefined && !there.isDirectory() ? 'it is a file' : cause instanceof Error ? cause.message : String(cause)
    throw new PetagradError('INVALID_ARGUMENT', `cannot write to ${path}: ${why}`, { hint: 'Name another directory with --output.', cause })
  }
  return path
}
