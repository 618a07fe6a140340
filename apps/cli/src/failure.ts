import { CommanderError } from 'commander'
import { PetagradError, settings } from 'petagrad'

/** Ends the command with a code and, unless it is empty, one line. Not a fault: a request that was answered. */
export class Exit extends Error {
  constructor(
    readonly code: number,
    message = '',
  ) {
    super(message)
  }
}

/** One line on stderr. The stack is for whoever asked for debugging output. */
export function reportFailure(error: unknown): void {
  if (error instanceof CommanderError) return // commander has printed it
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Exit) {
    if (message !== '') console.error(message)
    return
  }
  console.error(`petagrad: ${message.replaceAll(/\s*\n\s*/g, ' ')}`)
  if (debugging() && error instanceof Error) console.error(error instanceof PetagradError ? error.fullStack : error.stack)
}

/** 2 for a command line that makes no sense, as shells do; 1 for everything else. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return error instanceof Exit ? error.code : 1
}

function debugging(): boolean {
  try {
    return settings().debug >= 1
  } catch {
    return false // PETAGRAD_DEBUG itself is what is wrong
  }
}
