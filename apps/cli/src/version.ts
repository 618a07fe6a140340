import { createRequire } from 'node:module'

/** Read from the package itself, so that it cannot differ from what was published. */
export const version: string = (createRequire(import.meta.url)('../package.json') as { version: string }).version // npm requires the field
