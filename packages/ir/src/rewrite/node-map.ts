import type { UOp } from '../uop.js'

const PAGE_BITS = 6
const PAGE_SIZE = 1 << PAGE_BITS

/**
 * Nodes by node, for passes that touch every node several times. A `Map` would have to give every key an identity
 * hash; ids are there already, and graphs are made of nodes whose ids are near each other, so pages by id are small,
 * dense and mostly the one used last.
 */
export class NodeMap {
  private readonly pages = new Map<number, (UOp | undefined)[]>()
  private lastNumber = -1
  private lastPage: (UOp | undefined)[] = []

  get(u: UOp): UOp | undefined {
    const number = Math.floor(u.id / PAGE_SIZE)
    if (number !== this.lastNumber) {
      const page = this.pages.get(number)
      if (page === undefined) return undefined
      this.lastNumber = number
      this.lastPage = page
    }
    return this.lastPage[u.id & (PAGE_SIZE - 1)]
  }

  /** `undefined` removes. */
  set(u: UOp, to: UOp | undefined): void {
    const number = Math.floor(u.id / PAGE_SIZE)
    if (number !== this.lastNumber) {
      let page = this.pages.get(number)
      if (page === undefined) this.pages.set(number, (page = new Array<UOp | undefined>(PAGE_SIZE).fill(undefined)))
      this.lastNumber = number
      this.lastPage = page
    }
    this.lastPage[u.id & (PAGE_SIZE - 1)] = to
  }
}
