#!/usr/bin/env node
import { optimiseLater } from './engine.js'
import { exitCodeOf, reportFailure } from './failure.js'
import { buildProgram } from './program.js'

optimiseLater()
try {
  await buildProgram().parseAsync()
} catch (error) {
  reportFailure(error)
  process.exitCode = exitCodeOf(error)
}
