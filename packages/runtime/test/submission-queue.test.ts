import { describe, expect, it } from 'vitest'
import { SubmissionQueue } from '../src/submission-queue.js'
import { mulberry } from './random.js'

describe('submission queue', () => {
  it('runs one operation at a time, in the order of submission', async () => {
    const random = mulberry(11)
    const queue = new SubmissionQueue()
    const order: number[] = []
    let running = 0
    await Promise.all(Array.from({ length: 50 }, (_, i) => queue.submit(async () => {
      expect(++running).toBe(1)
      for (let turn = random() * 5; turn > 0; turn--) await (random() < 0.5 ? Promise.resolve() : new Promise(setImmediate))
      order.push(i)
      running--
    })))
    expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(queue.idle).toBe(true)
  })

  it('starts at once when idle', () => {
    const queue = new SubmissionQueue()
    let started = false
    void queue.submit(async () => { started = true })
    expect(started).toBe(true)
    expect(queue.idle).toBe(false)
  })

  it('goes on after a failure, which only its own submitter sees', async () => {
    const queue = new SubmissionQueue()
    const failing = queue.submit(() => { throw new Error('first') })
    const later = queue.submit(async () => 'second')
    await expect(failing).rejects.toThrow('first')
    await expect(later).resolves.toBe('second')
  })

  it('keeps the order when an operation is submitted the moment another ends', async () => {
    const queue = new SubmissionQueue()
    const order: string[] = []
    const step = (name: string) => queue.submit(async () => { order.push(`${name} starts`); await Promise.resolve(); order.push(`${name} ends`) })
    await Promise.all([step('a').then(() => step('c')), step('b')])
    expect(order).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends'])
  })
})
