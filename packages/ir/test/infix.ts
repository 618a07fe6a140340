import { constant, dtypes, indexConst, is, range, uop, variable, type UOp } from '@petagrad/ir'

/** Names for the leaves of an expression: a number is the extent of a range, a pair the bounds of a variable. */
export type Names = Readonly<Record<string, number | readonly [number, number]>>

export function leavesNamed(names: Names): ReadonlyMap<string, UOp> {
  return new Map(Object.entries(names).map(([name, of], axis) =>
    [name, typeof of === 'number' ? range(of, axis, 'loop') : variable(name, of[0], of[1])]))
}

const LEVELS = [['|'], ['&'], ['<=', '>=', '==', '!=', '<', '>'], ['+', '-'], ['*', '//', '%']]
const OPS = { '+': 'add', '-': 'sub', '*': 'mul', '//': 'floordiv', '%': 'floormod' } as const

/** Reads `(i*4 + j) // 4 < 3 & i != 2` as the raw nodes it spells, unsimplified. Also max(a, b) and where(c, a, b). */
export function parse(text: string, leaves: ReadonlyMap<string, UOp>): UOp {
  const tokens = text.match(/\d+|[A-Za-z]\w*|\/\/|[<>=!]=|[-+*%<>&|(),]/g) ?? []
  let at = 0
  const expect = (token: string): void => {
    if (tokens[at++] !== token) throw new Error(`expected ${token} at token ${at} of ${text}`)
  }
  const level = (n: number): UOp => {
    if (n === LEVELS.length) return factor()
    let left = level(n + 1)
    while (at < tokens.length && LEVELS[n].includes(tokens[at])) left = join(tokens[at++], left, level(n + 1))
    return left
  }
  const factor = (): UOp => {
    const token = tokens[at++]
    if (token === '-') return uop('neg', dtypes.index, [factor()])
    if (token === '(') {
      const inside = level(0)
      expect(')')
      return inside
    }
    if (/^\d/.test(token)) return indexConst(Number(token))
    if (token === 'true' || token === 'false') return constant(token === 'true', dtypes.bool)
    const leaf = leaves.get(token)
    if (leaf !== undefined) return leaf
    expect('(')
    const args = [level(0)]
    while (tokens[at] === ',') {
      at++
      args.push(level(0))
    }
    expect(')')
    if (token === 'max') return uop('max', dtypes.index, args)
    if (token === 'where') return uop('where', args[1].dtype, args)
    throw new Error(`no ${token} in ${text}`)
  }
  const result = level(0)
  if (at < tokens.length) throw new Error(`${tokens[at]} is left over in ${text}`)
  return result
}

function join(op: string, a: UOp, b: UOp): UOp {
  const not = (u: UOp): UOp => uop('xor', dtypes.bool, [u, constant(true, dtypes.bool)])
  switch (op) {
    case '|': return uop('or', dtypes.bool, [a, b])
    case '&': return uop('and', dtypes.bool, [a, b])
    case '<': return uop('lt', dtypes.bool, [a, b])
    case '>': return uop('lt', dtypes.bool, [b, a])
    case '<=': return not(uop('lt', dtypes.bool, [b, a]))
    case '>=': return not(uop('lt', dtypes.bool, [a, b]))
    case '==': return uop('eq', dtypes.bool, [a, b])
    case '!=': return uop('ne', dtypes.bool, [a, b])
    case '+': case '-': case '*': case '//': case '%': return uop(OPS[op], dtypes.index, [a, b])
  }
  throw new Error(`no operator ${op}`)
}

const SIGNS: Partial<Record<UOp['op'], string>> = {
  add: '+', sub: '-', mul: '*', floordiv: '//', floormod: '%', lt: '<', eq: '==', ne: '!=', and: '&', or: '|', xor: '^',
}

/** An expression as text; ranges by axis and extent where no name is given. */
export function infix(u: UOp, leaves: ReadonlyMap<string, UOp> = new Map()): string {
  for (const [name, leaf] of leaves) if (leaf === u) return name
  if (is(u, 'const')) return String(u.arg)
  if (is(u, 'range')) return `r${u.arg.axis}:${infix(u.src[0], leaves)}`
  if (is(u, 'variable')) return u.arg.name
  const sign = SIGNS[u.op]
  const parts = u.src.map(s => infix(s, leaves))
  return sign !== undefined && parts.length === 2 ? `(${parts[0]} ${sign} ${parts[1]})` : `${u.op}(${parts.join(', ')})`
}

/** Every assignment of values to constant-extent ranges and variables. */
export function* points(leaves: Iterable<UOp>): Generator<Map<UOp, number>> {
  const list = [...leaves]
  const spans = list.map(l => (is(l, 'variable') ? [l.arg.min, l.arg.max] : [0, is(l.src[0], 'const') ? Number(l.src[0].arg) - 1 : 0]))
  const values = spans.map(([min]) => min)
  for (;;) {
    yield new Map(list.map((l, i) => [l, values[i]]))
    let i = 0
    for (; i < list.length; i++) {
      if (values[i]++ < spans[i][1]) break
      values[i] = spans[i][0]
    }
    if (i === list.length) return
  }
}
