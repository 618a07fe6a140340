import { readFile } from 'node:fs/promises'
import type { Row } from './row.js'

/** Rows that `--json` printed. Throws an Error that names the file and what is wrong with it. */
export async function readRows(file: string): Promise<readonly Row[]> {
  let rows: unknown
  try {
    rows = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (!Array.isArray(rows)) throw new Error(`${file} holds no rows: --json prints an array`)
  rows.forEach((row: unknown, i) => {
    if (!isRow(row)) throw new Error(`${file}: row ${i} lacks a suite, case, device, number of threads or status`)
  })
  return rows as readonly Row[] // checked one by one
}

function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false
  const row = value as Partial<Row> // looked at field by field
  const texts = [row.suite, row.case, row.device, row.unit, row.status]
  return texts.every(text => typeof text === 'string') && typeof row.threads === 'number'
}
