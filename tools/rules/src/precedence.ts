/** Rules that meet at one node and lead to different final forms: which one goes first, and why that is right. */
export interface Precedence {
  readonly first: string
  readonly then: readonly string[]
  readonly reason: string
}

/**
 * Every pair of rules that the overlap check finds must be here, and stand in this order in the families. The check
 * also sees that the first one's final form costs no more.
 */
export const precedence: readonly Precedence[] = [
  { first: 'sub-self', then: ['sub-negated'], reason: 'it drops both operations, and the other one hides that from it' },
  {
    first: 'where-not',
    then: ['where-self', 'where-else-self', 'where-or-truth', 'where-and-truth', 'where-one-zero', 'where-and', 'where-or'],
    reason: 'turning the choice round drops the negation; the others keep it',
  },
  { first: 'where-then-not', then: ['where-or'], reason: 'what is known about the condition is used before conditions are merged' },
  { first: 'where-else-not', then: ['where-and'], reason: 'what is known about the condition is used before conditions are merged' },
  {
    first: 'where-then-where',
    then: ['where-or'],
    reason: 'a choice that is already made is dropped before two choices become one',
  },
  {
    first: 'where-else-where',
    then: ['where-and'],
    reason: 'a choice that is already made is dropped before two choices become one',
  },
  {
    first: 'where-self',
    then: ['where-and', 'where-or', 'where-casts'],
    reason: 'a truth value is better computed by logic than chosen',
  },
  {
    first: 'where-else-self',
    then: ['where-and', 'where-or', 'where-casts'],
    reason: 'a truth value is better computed by logic than chosen',
  },
  {
    first: 'where-equal',
    then: ['where-and', 'where-or', 'where-casts'],
    reason: 'the comparison goes with the choice that it decides; merging it into another condition would keep it',
  },
  {
    first: 'where-unequal',
    then: ['where-and', 'where-or', 'where-casts'],
    reason: 'the comparison goes with the choice that it decides; merging it into another condition would keep it',
  },
  {
    first: 'where-max',
    then: ['where-and', 'where-or', 'where-negs', 'where-casts'],
    reason: 'the comparison goes with the choice that it decides; merging it into another condition would keep it',
  },
]
