import { pixels, side } from './data.js'

const shades = [' ', '░', '▒', '▓', '█']

/**
 * One image (brightness 0 to 1) as text, two rows of pixels a line: half blocks where upper and lower differ, shades
 * where they agree.
 */
export function digitLines(image: ArrayLike<number>): string[] {
  if (image.length !== pixels) throw new RangeError(`a digit has ${pixels} pixels, not ${image.length}`)
  return Array.from({ length: side / 2 }, (_, line) =>
    Array.from({ length: side }, (_, x) => {
      const upper = image[2 * line * side + x]
      const lower = image[(2 * line + 1) * side + x]
      if (upper >= 0.5 && lower < 0.25) return '▀'
      if (lower >= 0.5 && upper < 0.25) return '▄'
      return shades[Math.min(4, Math.round(((upper + lower) / 2) * 4))]
    }).join(''),
  )
}

/** Digits side by side, `perRow` in a row, each under its caption. */
export function digitRows(digits: readonly { readonly image: ArrayLike<number>; readonly caption: string }[], perRow = 4): string {
  const blocks: string[] = []
  for (let i = 0; i < digits.length; i += perRow) {
    const row = digits.slice(i, i + perRow)
    const pictures = row.map(d => digitLines(d.image))
    blocks.push(row.map(d => d.caption.padEnd(side)).join(' ').trimEnd())
    for (let line = 0; line < side / 2; line++) blocks.push(pictures.map(p => p[line]).join(' ').trimEnd())
  }
  return blocks.join('\n')
}
