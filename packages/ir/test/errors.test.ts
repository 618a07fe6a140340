import { describe, expect, it } from 'vitest'
import { PetagradError } from '../src/errors.js'

describe('an error', () => {
  it('says what, where and what to do in one line', () => {
    const error = new PetagradError('SHAPE_MISMATCH', 'inner dimensions 2 and 1 differ', {
      op: 'matmul', shapes: [[1, 2], [1, 2]], hint: 'Transpose one.', at: 'my.js:1:2',
    })
    expect(error.message).toBe('matmul: inner dimensions 2 and 1 differ (shapes [1, 2] and [1, 2]). Transpose one. [SHAPE_MISMATCH at my.js:1:2]')
    expect(error.stack?.split('\n')[0]).toBe(`PetagradError: ${error.message}`)
  })

  it('finds the line of the user below many frames of the library, and shows only theirs', () => {
    const deep = (n: number): PetagradError => (n === 0 ? new PetagradError('UNSUPPORTED', 'no') : deep(n - 1))
    // The test's own frames stand in packages/ir/test, which is no part of the library.
    expect(deep(20).at).toMatch(/errors\.test\.ts:\d+:\d+$/)
    expect(deep(20).fullStack.split('\n').length).toBeGreaterThan(20)
  })

  it('keeps the limit of stack traces as it was', () => {
    const before = Error.stackTraceLimit
    new PetagradError('UNSUPPORTED', 'no')
    expect(Error.stackTraceLimit).toBe(before)
  })
})
