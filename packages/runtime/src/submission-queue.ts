/**
 * Runs operations one at a time, in the order in which they were submitted. A failed operation fails its own promise
 * and does not hold up the next. An idle queue starts an operation at once, in the caller's turn.
 */
export class SubmissionQueue {
  private tail: Promise<unknown> = Promise.resolve()
  private waiting = 0

  get idle(): boolean {
    return this.waiting === 0
  }

  submit<T>(operation: () => Promise<T>): Promise<T> {
    const started = this.waiting++ === 0 ? startNow(operation) : this.tail.then(operation)
    this.tail = started.then(this.done, this.done)
    return started
  }

  private readonly done = (): void => {
    this.waiting--
  }
}

/** What an operation throws before its first await is its promise's failure too. */
async function startNow<T>(operation: () => Promise<T>): Promise<T> {
  return operation()
}
