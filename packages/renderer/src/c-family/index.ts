export * from './dialect.js'
export { renderCFamily } from './emitter.js'
export * from './expression.js'
export { Prelude } from './prelude.js'
