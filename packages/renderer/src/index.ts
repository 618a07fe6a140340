export * from './c-family/index.js'
export * from './capabilities.js'
export * from './lane-picking.js'
export * from './program.js'
