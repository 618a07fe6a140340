import { classes } from './data.js'

/** `matrix[truth][prediction]` counts images. */
export type Confusion = readonly (readonly number[])[]

export function confusionOf(truth: ArrayLike<number>, predicted: ArrayLike<number>): Confusion {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < truth.length; i++) matrix[truth[i]][predicted[i]]++
  return matrix
}

export function accuracyOf(confusion: Confusion): number {
  const total = confusion.flat().reduce((a, b) => a + b, 0)
  return total === 0 ? 0 : confusion.reduce((n, row, i) => n + row[i], 0) / total
}

/** Rows are what a digit is, columns what it was taken for; a dot is a zero. */
export function confusionTable(confusion: Confusion): string {
  const cell = (n: number): string => (n === 0 ? '·' : String(n)).padStart(4)
  const header = `     ${confusion.map((_, digit) => String(digit).padStart(4)).join('')}   right`
  const rows = confusion.map((row, truth) => {
    const total = row.reduce((a, b) => a + b, 0)
    const right = total === 0 ? '-' : `${((100 * row[truth]) / total).toFixed(1)}%`
    return `${String(truth).padStart(4)} ${row.map(cell).join('')}  ${right.padStart(6)}`
  })
  return [header, ...rows].join('\n')
}
