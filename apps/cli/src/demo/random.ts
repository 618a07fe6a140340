/**
 * Numbers that are a pure function of a seed and a stream: what a step sees does not depend on the steps before, so a
 * resumed run goes on exactly where it stopped. SplitMix32: a Weyl sequence with stride 0x9e3779b9 (2^32 over the
 * golden ratio) through the 32-bit finaliser of MurmurHash3.
 */
export function randomStream(seed: number, stream: number): () => number {
  let state = (mix(seed) ^ mix(stream + 0x6a09e667)) >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    return mix(state) / 2 ** 32
  }
}

function mix(x: number): number {
  let h = x >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** 0 to n-1 in random order (Fisher and Yates). */
export function shuffled(n: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const other = order[j]
    order[j] = order[i]
    order[i] = other
  }
  return order
}
