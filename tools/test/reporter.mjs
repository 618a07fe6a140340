import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/** @typedef {{ passed: number, failed: number, skipped: { place: string, reason: string, tests: number }[], errors: number }} Summary */

/** Vitest reporter that leaves the counts of a run, and every skip with its reason, in the file named by PETAGRAD_TEST_SUMMARY. */
export default class SummaryReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    const counts = { passed: 0, failed: 0 }
    /** @type {Map<string, { place: string, reason: string, tests: number }>} */
    const skipped = new Map()
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId)
      if (module.errors().length > 0) counts.failed++
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') counts.passed++
        else if (result.state === 'skipped') {
          const suite = test.parent.type === 'suite' ? test.parent.fullName : test.name
          const key = `${file} ${suite}`
          const entry = skipped.get(key) ?? { place: `${file}: ${suite}`, reason: result.note ?? '', tests: 0 }
          entry.tests++
          skipped.set(key, entry)
        } else counts.failed++
      }
    }
    const path = process.env.PETAGRAD_TEST_SUMMARY
    if (path === undefined) return
    /** @type {Summary} */
    const summary = { ...counts, skipped: [...skipped.values()], errors: unhandled.length }
    writeFileSync(path, JSON.stringify(summary))
  }
}
