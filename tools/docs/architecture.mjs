// npm run docs: puts the texts of the stages into docs/architecture.md, between `<!-- NAME -->` and `<!-- /NAME -->`.
// With --check it changes nothing and fails if they differ. Expects a build.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stages } from './stages.mjs'

const path = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url))
const before = readFileSync(path, 'utf8')
let after = before
for (const [name, { language, text }] of Object.entries(stages())) {
  const place = new RegExp(`<!-- ${name} -->\n[\\s\\S]*?<!-- /${name} -->`)
  if (!place.test(after)) throw new Error(`docs/architecture.md has no place for ${name}`)
  after = after.replace(place, () => `<!-- ${name} -->\n\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n<!-- /${name} -->`)
}
if (!process.argv.includes('--check')) writeFileSync(path, after)
else if (after !== before) {
  console.error('docs/architecture.md shows texts that the compiler no longer makes; npm run docs brings them up to date')
  process.exitCode = 1
}
