export { isValuePreserving } from './conversion.js'
export { builtinRules, families } from './families.js'
export { builtinMatcher, simplify } from './simplify.js'
