import { expect, it } from 'vitest'
import { runBundled } from './bundled.js'
import type { Throughput } from './index-throughput.js'

it('prints the throughput of the index constructors', () => {
  const t = runBundled('./index-throughput.ts') as Throughput // what that program prints
  console.log(`${t.calls} calls: ${t.perNewCall.toFixed(2)} µs each when new, ${t.perCallAgain.toFixed(2)} µs again; ` +
    `address and gate of a convolution substituted in ${t.perSubstitution.toFixed(2)} µs`)
  expect(t.calls).toBeGreaterThan(50_000)
})
