/** Work in the order it was submitted, one after another; what finds nothing before it starts at once. */
export class WorkQueue {
  private last: Promise<unknown> | undefined

  get idle(): boolean { return this.last === undefined }

  submit<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last === undefined ? work() : this.last.then(work, work)
    const settled = result.then(() => undefined, () => undefined).then(() => {
      if (this.last === settled) this.last = undefined
    })
    this.last = settled
    return result
  }

  /** Done now if nothing is under way, otherwise in its turn. */
  submitNow(work: () => void): void {
    if (this.idle) work()
    else void this.submit(async () => work())
  }
}
