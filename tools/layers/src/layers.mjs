import { fileURLToPath } from 'node:url'
import { checkWorkspace } from './check.mjs'
import { irOwners, layers } from './table.mjs'

const { problems, packages, imports } = checkWorkspace(fileURLToPath(new URL('../../../', import.meta.url)), layers, irOwners)
for (const p of problems) console.error(p)
console.log(`layers: ${packages} packages, ${imports} imports, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
