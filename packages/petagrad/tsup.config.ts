import { library } from '../../tsup.base.ts'

// File by file: bundling would turn the `export * from` a package that `api.ts` holds into copies made at run time, which
// no importer could name.
export default library({ entry: ['src/*.ts'], bundle: false })
