import { readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { load } from './load.mjs'

const target = new URL('../../../packages/ir/src/rules/generated/', import.meta.url)

const usage = `npm run rules            compile the rule families to ${fileURLToPath(target)}
npm run rules -- --check check the rules, and that the compiled files are those of the families; exit with 1 if not`

/** The directory's files by name; nothing if it is not there. */
async function existing() {
  const names = await readdir(target).catch(() => [])
  return new Map(await Promise.all(names.map(async name => [name, await readFile(new URL(name, target), 'utf8')])))
}

const stale = (old, files) => [...new Set([...old.keys(), ...files.keys()])].filter(name => old.get(name) !== files.get(name))

async function main(args) {
  const unknown = args.filter(a => a !== '--check' && a !== '--help')
  if (unknown.length > 0) throw new Error(`unknown argument ${unknown.join(' ')}\n${usage}`)
  if (args.includes('--help')) return void console.log(usage)
  const { defects, emitMatcher, families } = await load()
  const files = emitMatcher(families)
  const changed = stale(await existing(), files)
  if (args.includes('--check')) {
    if (changed.length > 0) throw new Error(`compiled rules are stale: ${changed.sort().join(', ')}. Run \`npm run rules\` and commit what it writes.`)
    const found = defects()
    if (found.length > 0) throw new Error(`the rules are not right (docs/rules.md):\n${found.join('\n')}`)
    return
  }
  await mkdir(target, { recursive: true })
  for (const name of changed) {
    const text = files.get(name)
    if (text === undefined) await rm(new URL(name, target))
    else await writeFile(new URL(name, target), text)
  }
  console.log(`${changed.length} of ${files.size} files written`)
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
