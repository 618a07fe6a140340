export interface Interrupt {
  readonly seen: boolean
  /** Gives Ctrl-C its usual meaning back. */
  stop(): void
}

/** Notes the first Ctrl-C (or SIGTERM), so that the step under way ends and is saved; the second one ends the process at once. */
export function onInterrupt(): Interrupt {
  const state = {
    seen: false,
    stop: () => void process.off('SIGINT', note).off('SIGTERM', note),
  }
  function note(): void {
    state.seen = true
    state.stop()
  }
  process.on('SIGINT', note).on('SIGTERM', note)
  return state
}
