export * from './c-family/index.js'
export * from './capabilities.js'
export * from './program.js'
