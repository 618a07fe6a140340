import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { builtinRules, families } from '../../../packages/ir/src/index.js'
import { emitMatcher } from '../src/emit.js'

const home = new URL('../../../packages/ir/src/rules/generated/', import.meta.url)

it('the compiled matcher is that of the families: run `npm run rules` if not', () => {
  const files = Object.fromEntries(readdirSync(home).map(name => [name, readFileSync(new URL(name, home), 'utf8')]))
  expect(files).toEqual(Object.fromEntries(emitMatcher(families)))
})

it('compiled code makes no functions at run time', () => {
  for (const text of emitMatcher(families).values()) expect(text).not.toMatch(/\bnew Function\b|\beval\b|=>/)
})

it('every rule has a name of its own and its law beside it', () => {
  expect(new Set(builtinRules.map(r => r.name)).size).toBe(builtinRules.length)
  for (const [family, rules] of Object.entries(families)) {
    const source = readFileSync(new URL(`../${family}.ts`, home), 'utf8')
    const laws = source.split('\n').filter(line => /\), \/\/ .+ -> .+|^ {2}\}\), \/\/ .+ -> .+/.test(line))
    expect(laws.length, family).toBe(rules.length)
  }
})
