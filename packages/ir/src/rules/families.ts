import type { Rule } from '../rewrite/pattern.js'
import { arithmetic } from './arithmetic.js'
import { casts } from './casts.js'
import { choice } from './choice.js'
import { compare } from './compare.js'
import { float } from './float.js'
import { folding } from './folding.js'
import { logic } from './logic.js'
import { memory } from './memory.js'
import { movement } from './movement.js'
import { shift } from './shift.js'
import { vectors } from './vectors.js'

/** The built-in rules by family; a family's file has its name. Earlier rules are tried first. */
export const families = {
  folding, arithmetic, float, shift, logic, compare, choice, casts, vectors, memory, movement,
} as const satisfies Record<string, readonly Rule[]>

/** All of them, in order. */
export const builtinRules: readonly Rule[] = Object.values(families).flat()
