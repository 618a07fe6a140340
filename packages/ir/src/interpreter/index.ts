export { epsilon, fromBits, largestFinite, roundBigInt, roundTo, smallestPositive, toBits } from './formats.js'
export { evalAlu, integerRange, reduceIdentity, wrap } from './scalar.js'
