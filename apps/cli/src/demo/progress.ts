import cliProgress from 'cli-progress'

interface Shown {
  readonly epoch: number
  readonly loss: number
  /** Held-out accuracy after the last whole epoch. */
  readonly accuracy: number | undefined
  /** Samples a second. */
  readonly rate: number
}

export interface Progress {
  update(done: number, shown: Shown): void
  stop(): void
}

/** A bar on stderr where that is a terminal, else one line each time an epoch ends. */
export function createProgress(total: number, epochs: number, from: number): Progress {
  if (!process.stderr.isTTY) return lines(total, epochs)
  const bar = new cliProgress.SingleBar({
    format: 'epoch {epoch} {bar} {percentage}% | loss {loss} | accuracy {accuracy} | {rate} samples/s | {eta_formatted} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    stream: process.stderr,
    etaBuffer: 50,
  })
  const shown = { epoch: `1/${epochs}`, loss: '-', accuracy: '-', rate: '-' }
  bar.start(total, from, shown)
  return {
    update: (done, { epoch, loss, accuracy, rate }) =>
      bar.update(done, { epoch: `${epoch}/${epochs}`, loss: loss.toFixed(3), accuracy: percent(accuracy), rate: rate.toFixed(0) }),
    stop: () => bar.stop(),
  }
}

function lines(total: number, epochs: number): Progress {
  let last = ''
  return {
    update(done, { epoch, loss, accuracy, rate }) {
      if (accuracy === undefined) return
      const line = `epoch ${epoch}/${epochs}, step ${done}/${total}: loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}, ${rate.toFixed(0)} samples/s`
      const key = percent(accuracy) + String(epoch)
      if (key !== last) console.error(line)
      last = key
    },
    stop() {},
  }
}

const percent = (share: number | undefined): string => (share === undefined ? '-' : `${(100 * share).toFixed(2)}%`)
