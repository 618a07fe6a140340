import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

// The worker is a file of its own, complete in itself: threads are started from its address.
export default defineConfig([library(), library({ entry: ['src/worker.js'] })].flatMap(config => config as object[]))
