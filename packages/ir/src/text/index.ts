export { parse, parseProgram } from './parse.js'
export { nodeText, print, printProgram } from './print.js'
