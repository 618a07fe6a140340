// Run in a project that has petagrad installed: importing it must start nothing, load no native code, add no global.
import process from 'node:process'

const before = process.getActiveResourcesInfo().length
const globals = Object.getOwnPropertyNames(globalThis).length
await import('petagrad')

const native = process.report.getReport().sharedObjects.filter(o => o.endsWith('.node'))
const problems = []
if (native.length > 0) problems.push(`native code: ${native.join(', ')}`)
if (process.getActiveResourcesInfo().length > before) problems.push(`active: ${process.getActiveResourcesInfo().join(', ')}`)
if (Object.getOwnPropertyNames(globalThis).length !== globals) problems.push('a new global')
if (problems.length > 0) {
  console.log(problems.join('; '))
  process.exitCode = 1
}
