interface Pending {
  readonly kind: 'work' | 'host'
  start(): void
}

/**
 * The order of what a device does. Work that runs elsewhere may be handed over while earlier work is under way, up to a
 * limit; what the host does to memory waits until all work before it is done.
 */
export class Timeline {
  private readonly waiting: Pending[] = []
  private underWay = 0

  constructor(
    private readonly limit: number,
    /** Told when the first work starts and when the last is done. */
    private readonly onBusy: (busy: boolean) => void = () => {},
  ) {}

  get idle(): boolean {
    return this.underWay === 0 && this.waiting.length === 0
  }

  /** Work in its turn. `start` hands it over; its promise is the end of the work. */
  work<T>(start: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.add({
        kind: 'work',
        start: () => {
          if (this.underWay++ === 0) this.onBusy(true)
          start().then(resolve, reject).finally(() => {
            if (--this.underWay === 0) this.onBusy(false)
            this.advance()
          })
        },
      })
    })
  }

  /** Something that the host does at once, in its turn. */
  host<T>(action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.add({
        kind: 'host',
        start: () => {
          try {
            resolve(action())
          } catch (error) {
            reject(error)
          }
        },
      })
    })
  }

  private add(pending: Pending): void {
    this.waiting.push(pending)
    if (this.waiting.length === 1) this.advance()
  }

  private advance(): void {
    for (let next = this.waiting.at(0); next !== undefined; next = this.waiting.at(0)) {
      if (next.kind === 'host' ? this.underWay > 0 : this.underWay >= this.limit) return
      this.waiting.shift()
      next.start()
    }
  }
}
