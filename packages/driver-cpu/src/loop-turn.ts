const SHORT = 2e6
const MOST = 8e6

/**
 * How long native work may hold the event loop: short work may, for some time in a row. After that a piece of work goes
 * to another thread, so that timers and sockets have their turn even when a program awaits nothing but short work.
 */
export class LoopTurn {
  private held = 0

  /** Whether work that is expected to take so many nanoseconds may run on the calling thread. */
  allows(nanoseconds: number): boolean {
    return nanoseconds <= SHORT && this.held + nanoseconds <= MOST
  }

  took(nanoseconds: number): void {
    this.held += nanoseconds
  }

  /** The event loop turns now. */
  end(): void {
    this.held = 0
  }
}
