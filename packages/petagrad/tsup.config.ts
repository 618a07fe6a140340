import { library } from '../../tsup.base.ts'

export default library({ entry: ['src/index.ts', 'src/browser.ts', 'src/cpu.ts', 'src/wasm.ts'] })
