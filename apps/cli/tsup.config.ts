import { library } from '../../tsup.base.ts'

export default library({ entry: ['src/petagrad.ts'], platform: 'node' })
