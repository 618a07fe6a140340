/** How tightly an expression binds, as in C; higher binds tighter. */
export const precedence = {
  primary: 16, postfix: 15, unary: 14, multiply: 13, add: 12, shift: 11, relation: 10, equality: 9,
  and: 8, xor: 7, or: 6, ternary: 3,
} as const
export type Precedence = (typeof precedence)[keyof typeof precedence]

/** Source text of a value, and how tightly it binds, so that parentheses stand only where they are needed. */
export interface Expression {
  readonly text: string
  readonly precedence: Precedence
}

export const atom = (text: string): Expression => ({ text, precedence: precedence.primary })
export const call = (name: string, ...operands: readonly Expression[]): Expression => atom(`${name}(${operands.map(o => o.text).join(', ')})`)

/** The text of `e`, in parentheses where it binds less than `least`. */
export const within = (e: Expression, least: Precedence): string => (e.precedence >= least ? e.text : `(${e.text})`)

/** `-x` is spaced from a sign that follows, so that no `--` appears. */
export const prefix = (operator: string, x: Expression): Expression => {
  const text = within(x, precedence.unary)
  return { text: text.startsWith(operator) ? `${operator}(${text})` : operator + text, precedence: precedence.unary }
}

const INFIX: Readonly<Record<string, Precedence>> = {
  '*': precedence.multiply, '/': precedence.multiply, '%': precedence.multiply, '+': precedence.add, '-': precedence.add,
  '<<': precedence.shift, '>>': precedence.shift, '<': precedence.relation, '<=': precedence.relation, '>': precedence.relation,
  '>=': precedence.relation, '==': precedence.equality, '!=': precedence.equality, '&': precedence.and, '^': precedence.xor, '|': precedence.or,
}
/** Operators whose operands readers (and compilers' warnings) want in parentheses unless they are atoms. */
const BITWISE = new Set(['<<', '>>', '&', '^', '|', '==', '!=', '<', '<=', '>', '>='])

export function infix(operator: string, a: Expression, b: Expression): Expression {
  const own = INFIX[operator]
  const left = BITWISE.has(operator) ? precedence.multiply : own
  const right = BITWISE.has(operator) ? precedence.multiply : own === precedence.add ? precedence.multiply : precedence.unary
  const sameChain = (operator === '&' || operator === '|' || operator === '^') && a.precedence === own
  return { text: `${sameChain ? a.text : within(a, left)} ${operator} ${within(b, right)}`, precedence: own }
}

export const ternary = (condition: Expression, a: Expression, b: Expression): Expression => ({
  text: `${within(condition, precedence.or)} ? ${within(a, precedence.or)} : ${within(b, precedence.ternary)}`,
  precedence: precedence.ternary,
})

export const castTo = (type: string, x: Expression): Expression => ({ text: `(${type})${within(x, precedence.unary)}`, precedence: precedence.unary })
export const element = (array: Expression, index: string): Expression => ({ text: `${within(array, precedence.postfix)}[${index}]`, precedence: precedence.postfix })
