import { library } from '../../tsup.base.ts'

export default library({ entry: ['src/compile.ts', 'src/first-result.ts'], platform: 'node' })
