import { readFileSync } from 'node:fs'

/**
 * The program that the README shows, and the output that it shows beside it: its first js block and the text block after it.
 * @param {string} path
 * @returns {{ program: string, output: string }}
 */
export function readmeProgram(path) {
  const text = readFileSync(path, 'utf8')
  const found = /```js\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(text)
  if (found === null) throw new Error(`${path} has no js block followed by a text block`)
  return { program: found[1], output: found[2] }
}
