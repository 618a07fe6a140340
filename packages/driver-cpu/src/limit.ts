/** Runs at most `most` actions at once; the others wait in line. */
export class Limit {
  private running = 0
  private readonly line: (() => void)[] = []

  constructor(private readonly most: number) {}

  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>(resolve => this.line.push(resolve))
    else this.running++
    try {
      return await action()
    } finally {
      const next = this.line.shift()
      if (next === undefined) this.running--
      else next() // the place goes over to the next in line
    }
  }
}
