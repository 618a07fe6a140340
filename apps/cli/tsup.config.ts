import { library } from '../../tsup.base.ts'

export default library({ entry: { petagrad: 'src/petagrad.ts', digits: 'src/digits.ts', 'load-digits': 'src/demo/load-digits.ts' }, platform: 'node' })
