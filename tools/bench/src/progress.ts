import { SingleBar } from 'cli-progress'

/** Says on stderr how far a suite is. */
export interface Progress {
  start(steps: number): void
  /** The next step begins. */
  step(name: string): void
  stop(): void
}

/** A bar on a terminal, a line for each step elsewhere. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bar(stream) : lines(stream)
}

function bar(stream: NodeJS.WriteStream): Progress {
  const shown = new SingleBar({ stream, format: '{bar} {value}/{total} {name}', hideCursor: true, clearOnComplete: true })
  let begun = 0
  return {
    start: steps => {
      begun = 0
      shown.start(steps, 0, { name: '' })
    },
    step: name => shown.update(begun++, { name }),
    stop: () => shown.stop(),
  }
}

function lines(stream: NodeJS.WriteStream): Progress {
  let [begun, steps] = [0, 0]
  return {
    start: count => [begun, steps] = [0, count],
    step: name => stream.write(`[${++begun}/${steps}] ${name}\n`),
    stop: () => {},
  }
}
