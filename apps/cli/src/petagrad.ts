#!/usr/bin/env node
import { exitCodeOf, reportFailure } from './failure.js'
import { buildProgram } from './program.js'

try {
  await buildProgram().parseAsync()
} catch (error) {
  reportFailure(error)
  process.exitCode = exitCodeOf(error)
}
