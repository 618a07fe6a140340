import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readmeProgram } from '../tools/docs/readme.mjs'
import { node, Project } from './command.js'

const readme = fileURLToPath(new URL('../README.md', import.meta.url))

let project: Project
beforeAll(() => {
  project = new Project()
})
afterAll(() => project.remove())

describe('the README', () => {
  const { program, output } = readmeProgram(readme)

  it('shows a program that prints what it shows', async () => {
    const ended = await project.run(program, { env: { PETAGRAD_DEVICE: 'wasm' } })
    expect(ended.stderr).toBe('')
    expect(ended.stdout).toBe(output)
  })

  it.each(['README.md', 'docs/architecture.md', 'docs/contributing.md', 'docs/debugging.md'])('%s links to what is there', name => {
    const path = fileURLToPath(new URL(`../${name}`, import.meta.url))
    for (const [, target] of readFileSync(path, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      expect(existsSync(join(dirname(path), target)), target).toBe(true)
    }
  })

  it('names every package that is published', () => {
    const text = readFileSync(readme, 'utf8')
    for (const group of ['packages', 'apps']) {
      const folder = fileURLToPath(new URL(`../${group}/`, import.meta.url))
      for (const id of readdirSync(folder)) {
        const manifest = JSON.parse(readFileSync(join(folder, id, 'package.json'), 'utf8')) as { name: string; private?: boolean }
        if (!manifest.private) expect(text).toContain(`[\`${manifest.name}\`](${group}/${id})`)
      }
    }
  })
})

describe('docs/architecture.md', () => {
  it('shows the texts that the compiler makes today', async () => {
    const ended = await node(['tools/docs/architecture.mjs', '--check'])
    expect(ended.stderr).toBe('')
    expect(ended.status).toBe(0)
  })
})
