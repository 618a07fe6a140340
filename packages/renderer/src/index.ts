export * from './capabilities.js'
export * from './program.js'
