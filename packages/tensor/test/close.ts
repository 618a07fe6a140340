import { expect } from 'vitest'

/** Each value within `tolerance` relative to the wanted one (absolute below 1); NaN equals NaN, infinities and zeros exactly. */
export function expectClose(actual: ArrayLike<number | bigint | boolean>, wanted: readonly number[], tolerance = 1e-6): void {
  expect(actual.length).toBe(wanted.length)
  wanted.forEach((w, i) => {
    const a = Number(actual[i])
    const same = Object.is(a, w) || (a === w) || (Number.isNaN(a) && Number.isNaN(w))
    if (same || Math.abs(a - w) <= tolerance * Math.max(1, Math.abs(w))) return
    expect(a, `element ${i} of ${Array.from(actual).slice(0, 8).map(Number).join()}…, wanted ${wanted.slice(0, 8).join()}…`).toBe(w)
  })
}
