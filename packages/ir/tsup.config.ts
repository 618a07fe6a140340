import { library } from '../../tsup.base.ts'

// Both entries share their modules: there is one table of interned nodes.
export default library({ entry: ['src/index.ts', 'src/graph.ts'] })
