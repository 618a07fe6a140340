import { describe, expect, it } from 'vitest'
import { LoopTurn } from '../src/loop-turn.js'

describe('LoopTurn', () => {
  it('lets short work hold the event loop for a while, and long or unknown work never', () => {
    const turn = new LoopTurn()
    expect(turn.allows(Infinity)).toBe(false)
    expect(turn.allows(5e6)).toBe(false)
    let held = 0
    while (turn.allows(1e6)) {
      turn.took(1e6)
      held++
    }
    expect(held).toBe(8)
    turn.end()
    expect(turn.allows(1e6)).toBe(true)
  })
})
