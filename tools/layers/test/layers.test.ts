import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkWorkspace } from '../src/check.mjs'
import { cyclesOf } from '../src/cycles.mjs'
import { importsOf } from '../src/imports.mjs'
import { irOwners, layers } from '../src/table.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'petagrad-layers-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** A package of one file with exactly the dependencies that the file needs. */
function add(id: string, text: string, manifest: Record<string, unknown> = {}): void {
  write(`packages/${id}/src/index.ts`, text)
  const exports = { '.': { default: './dist/index.js' } }
  write(`packages/${id}/package.json`, JSON.stringify({ name: `@petagrad/${id}`, sideEffects: false, exports, ...manifest }))
}

const needs = (...ids: string[]) => Object.fromEntries(ids.map(id => [`@petagrad/${id}`, '0.1.0']))
const problems = () => checkWorkspace(root, layers, irOwners).problems

describe('the layer check', () => {
  it('accepts this repository', () => {
    const repository = fileURLToPath(new URL('../../../', import.meta.url))
    expect(checkWorkspace(repository, layers, irOwners).problems).toEqual([])
  })

  it('accepts imports that go down', () => {
    add('ir', '')
    add('schedule', `import { uop } from '@petagrad/ir'`, { peerDependencies: needs('ir') })
    expect(problems()).toEqual([])
  })

  const cases: readonly [string, string, string, Record<string, unknown>, RegExp][] = [
    ['an import that goes up', 'schedule', `import { x } from '@petagrad/tensor'`, { dependencies: needs('tensor') }, /schedule \(layer 2\) may not import tensor/],
    ['codegen importing schedule', 'codegen', `import type { P } from '@petagrad/schedule'`, { dependencies: needs('schedule') }, /may not import schedule/],
    ['a value where only types are allowed', 'device', `import { uop } from '@petagrad/ir'`, { peerDependencies: needs('ir') }, /only types from ir/],
    ['a driver that takes more than the error', 'driver-wasm', `import { PetagradError, uop } from '@petagrad/ir'`, { peerDependencies: needs('ir') }, /not uop/],
    ['an undeclared dependency', 'schedule', `import { uop } from '@petagrad/ir'`, {}, /not in this package's dependencies/],
    ['an undeclared npm package', 'ffi', `await import('koffi')`, {}, /'koffi' is not in/],
    ['ir as a plain dependency', 'schedule', `import { uop } from '@petagrad/ir'`, { dependencies: needs('ir') }, /must be a peer/],
    ['a dependency that nothing imports', 'schedule', ``, { dependencies: needs('ir') }, /declared and never imported/],
    ['a Node module in a browser package', 'runtime', `import { readFileSync } from 'node:fs'`, {}, /must load in a browser/],
    ['a path out of the package', 'runtime', `import { x } from '../../ir/src/uop.js'`, {}, /leaves the package/],
    ['a subpath that is not exported', 'schedule', `import { x } from '@petagrad/ir/internal/uop'`, { peerDependencies: needs('ir') }, /is not exported/],
    ['side effects', 'ffi', '', { sideEffects: true }, /sideEffects/],
    ['an unknown package', 'extras', '', {}, /not in the layer table/],
  ]
  it.each(cases)('reports %s', (_, id, text, manifest, expected) => {
    for (const other of ['ir', 'schedule', 'tensor']) if (other !== id) add(other, '')
    add(id, text, manifest)
    expect(problems().join('\n')).toMatch(expected)
  })

  it('allows a type-only import where only types are allowed, and a dynamic Node import', () => {
    add('ir', '')
    add('device', `import type { UOp } from '@petagrad/ir'\nconst fs = () => import('node:fs')`, { peerDependencies: needs('ir') })
    add('runtime', `const fs = (): Promise<typeof import('node:fs')> => import('node:fs')`)
    expect(problems()).toEqual([])
  })
})

describe('imports of a module', () => {
  it('tells types from values', () => {
    const text = `import type { A } from 'a'\nimport { type B } from 'b'\nimport { type C, d as e } from 'c'\nexport * from 'f'\nlet x: import('g').G`
    expect(importsOf('m.ts', text).map(i => [i.specifier, i.typeOnly, i.names])).toEqual([
      ['a', true, ['A']],
      ['b', true, []],
      ['c', false, ['d']],
      ['f', false, undefined],
      ['g', true, []],
    ])
  })
})

describe('cycles', () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges).map(([k, v]) => [k, new Set(v)]))
  it('finds none in a graph that only goes down', () => expect(cyclesOf(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([]))
  it('finds each strongly connected component once', () => {
    expect(cyclesOf(graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'] }))).toEqual([
      ['d', 'e'],
      ['a', 'b', 'c'],
    ])
  })
})
