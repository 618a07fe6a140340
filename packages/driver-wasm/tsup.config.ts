import { library } from '../../tsup.base.ts'

// The worker is a file of its own: threads are started from its address.
export default library({ entry: ['src/index.ts', 'src/worker.js'] })
