export { families } from '../../../packages/ir/src/rules/families.js'
export { emitMatcher } from './emit.js'
