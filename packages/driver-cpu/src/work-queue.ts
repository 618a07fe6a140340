/** Work in the order it was submitted, one after another; what finds nothing before it starts at once. */
export class WorkQueue {
  private tail: Promise<unknown> = Promise.resolve()
  private pending = 0

  get idle(): boolean { return this.pending === 0 }

  submit<T>(work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      try {
        return await work()
      } finally {
        this.pending-- // before whoever awaits this goes on: its next work finds an idle queue
      }
    }
    const result = this.pending++ === 0 ? run() : this.tail.then(run)
    this.tail = result.then(() => undefined, () => undefined)
    return result
  }

  /** Done now if nothing is under way, otherwise in its turn. */
  submitNow(work: () => void): void {
    if (this.idle) work()
    else void this.submit(async () => work())
  }
}
