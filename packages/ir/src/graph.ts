/**
 * Graphs and what they mean, without what rewrites, checks, parses or interprets them: all that a program needs which
 * builds graphs, or runs plans that were made before. Whoever starts a process waits for every module that it imports.
 */
export * from './dtype.js'
export * from './errors.js'
export { decodeValues, encodeValues } from './interpreter/memory.js'
export { fromBits, roundTo, toBits } from './interpreter/formats.js'
export { constantOf, integerRange, reduceIdentity } from './interpreter/scalar.js'
export * from './op.js'
export { listenToRewrites, type RewriteListener, type RewriteReport } from './rewrite/listener.js'
export * from './shape.js'
export { nodeText, print, printProgram } from './text/print.js'
export * from './uop.js'
