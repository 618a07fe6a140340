import type { DTypeKind } from '../../../packages/ir/src/dtype.js'
import { orders, type PatternData, type Rule } from '../../../packages/ir/src/rewrite/pattern.js'

/** Rules by family name, in the order in which they are tried. */
type Families = Readonly<Record<string, readonly Rule[]>>

interface Placed {
  readonly rule: Rule
  readonly family: string
  readonly position: number
}

/** One operand order of one rule: tests that must all hold, then what to try. */
interface Branch {
  readonly placed: Placed
  readonly tests: readonly Test[]
  /** Name to place, in order of binding. */
  readonly binds: ReadonlyMap<string, Place>
}

/** Where a node stands below the root: source positions on the way down. */
type Place = readonly number[]

interface Test {
  readonly text: string
  readonly places: readonly Place[]
  /** The place whose sources may be looked at once the test has held. */
  readonly opens: Place | undefined
}

/** Ops whose number of sources varies: a left side that lists sources asks for exactly that many. */
const VARIADIC: ReadonlySet<string> = new Set([
  'load', 'store', 'after', 'vectorize', 'reduce', 'kernel', 'sink', 'end', 'custom', 'range', 'index',
])
const KINDS: readonly DTypeKind[] = ['bool', 'int', 'uint', 'float', 'index', 'void']

const variable = (place: Place): string => (place.length === 0 ? 'u' : `s${place.join('_')}`)
const constantName = (name: string): string => name.replace(/-([a-z0-9])/g, (_, c: string) => c.toUpperCase())
/** Some ops are words that cannot name a function. */
const functionName = (op: string): string => `match_${op}`.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase())

/** The files of the compiled matcher, by name. */
export function emitMatcher(families: Families): Map<string, string> {
  const byOp = new Map<string, Placed[]>()
  for (const [family, rules] of Object.entries(families)) {
    rules.forEach((rule, position) => {
      for (const op of rule.pattern.ops ?? []) {
        const list = byOp.get(op) ?? []
        byOp.set(op, [...list, { rule, family, position }])
      }
    })
  }
  const ops = [...byOp.keys()].sort()
  const files = new Map<string, string>()
  for (const op of ops) files.set(`${op}.ts`, emitOp(op, byOp.get(op) ?? []))
  files.set('index.ts', emitIndex(ops))
  return files
}

const HEADER = '// Written by `npm run rules` from the rule families. Do not edit.\n'

function emitIndex(ops: readonly string[]): string {
  const imports = ops.map(op => `import { ${functionName(op)} } from './${op}.js'\n`).join('')
  const cases = ops.map(op => `    case '${op}': return ${functionName(op)}(u, fired)\n`).join('')
  return (
    `${HEADER}import type { Fired } from '../../rewrite/matcher.js'\nimport type { UOp } from '../../uop.js'\n${imports}\n` +
    '/** The first built-in rule that applies to this node. */\n' +
    `export function matchBuiltin(u: UOp, fired?: Fired): UOp | undefined {\n  switch (u.op) {\n${cases}  }\n  return undefined\n}\n`
  )
}

function emitOp(op: string, rules: readonly Placed[]): string {
  const used = [...new Set(rules.map(r => r.family))].sort()
  const lines: string[] = []
  emitBranches(rules.flatMap(placed => branchesOf(placed, op)), 0, new Opened([[]]), '  ', lines)
  const body = lines.join('\n')
  const imports = [
    `import { hit, type Fired } from '../../rewrite/matcher.js'`,
    ...(body.includes('holds(') ? [`import { holds } from '../../rewrite/pattern.js'`] : []),
    `import type { UOp } from '../../uop.js'`,
    ...used.map(family => `import { ${family} } from '../${family}.js'`),
  ]
  const constants = rules.map(({ rule, family, position }) => `const ${constantName(rule.name)} = ${family}[${position}]`)
  return (
    `${HEADER}${imports.join('\n')}\n\n${constants.join('\n')}\n\n` +
    `export function ${functionName(op)}(u: UOp, fired?: Fired): UOp | undefined {\n${body}\n  return undefined\n}\n`
  )
}

function branchesOf(placed: Placed, op: string): Branch[] {
  return orders(placed.rule.pattern).map(order => {
    const tests: Record<'op' | 'same' | 'value' | 'kind', Test[]> = { op: [], same: [], value: [], kind: [] }
    const binds = new Map<string, Place>()
    const tested = new Set<string>()
    const queue: { pattern: PatternData; place: Place }[] = [{ pattern: order, place: [] }]
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      const { pattern, place } = at
      const name = variable(place)
      const test = (text: string, opens?: Place): Test => ({ text, places: [place], opens })
      if (pattern.ops !== undefined && place.length > 0) tests.op.push(test(anyOf(pattern.ops.map(o => `${name}.op === '${o}'`)), place))
      const variadic = place.length > 0 ? pattern.ops?.some(o => VARIADIC.has(o)) : VARIADIC.has(op)
      if (pattern.src !== undefined && variadic) tests.op.push(test(`${name}.src.length === ${pattern.src.length}`))
      if (pattern.value !== undefined) tests.value.push(test(`holds(${name}, ${Object.is(pattern.value, -0) ? '-0' : pattern.value})`))
      if (pattern.kinds !== undefined) {
        // A name that occurs again stands for one node, whose kind need not be tested twice.
        const known = `${pattern.name} ${pattern.kinds.join()}`
        if (pattern.name === undefined || !tested.has(known)) tests.kind.push(test(kindTest(`${name}.dtype.kind`, pattern.kinds)))
        tested.add(known)
      }
      if (pattern.name !== undefined) {
        const bound = binds.get(pattern.name)
        if (bound === undefined) binds.set(pattern.name, place)
        else tests.same.push({ text: `${name} === ${variable(bound)}`, places: [place, bound], opens: undefined })
      }
      pattern.src?.forEach((s, i) => queue.push({ pattern: s, place: [...place, i] }))
    }
    // Ops first, breadth first: rules of one root op share these tests, and they fail soonest.
    return { placed, tests: [...tests.op, ...tests.same, ...tests.value, ...tests.kind], binds }
  })
}

const anyOf = (tests: readonly string[]): string => tests.join(' || ')
const grouped = (test: string): string => (test.includes(' || ') ? `(${test})` : test)
const allOf = (tests: readonly string[]): string => (tests.length === 1 ? tests[0] : tests.map(grouped).join(' && '))

function kindTest(kind: string, admitted: readonly DTypeKind[]): string {
  const others = KINDS.filter(k => !admitted.includes(k))
  return others.length < admitted.length
    ? others.map(k => `${kind} !== '${k}'`).join(' && ')
    : anyOf(admitted.map(k => `${kind} === '${k}'`))
}

/** Places whose op is known here, and variables declared so far. */
class Opened {
  private readonly declared: Set<string>
  private readonly open: Set<string>

  constructor(open: Iterable<Place>, declared: Iterable<string> = ['u']) {
    this.open = new Set([...open].map(variable))
    this.declared = new Set(declared)
  }

  inside(opened: readonly (Place | undefined)[]): Opened {
    const inner = new Opened([], this.declared)
    for (const name of this.open) inner.open.add(name)
    for (const place of opened) if (place !== undefined) inner.open.add(variable(place))
    return inner
  }

  isDeclared(place: Place): boolean {
    return this.declared.has(variable(place))
  }

  /** Declares a source of a place whose op is known. */
  declare(place: Place): string | undefined {
    const name = variable(place)
    const parent = variable(place.slice(0, -1))
    if (place.length === 0 || this.declared.has(name) || !this.open.has(parent)) return undefined
    this.declared.add(name)
    return `const ${name} = ${parent}.src[${place[place.length - 1]}]`
  }
}

/** Code for the branches in order. Neighbours that begin with the same test share it. */
function emitBranches(branches: readonly Branch[], depth: number, scope: Opened, indent: string, lines: string[]): void {
  for (const place of branches.flatMap(b => [...b.tests.slice(depth).flatMap(t => t.places), ...b.binds.values()])) {
    const declaration = scope.declare(place)
    if (declaration !== undefined) lines.push(indent + declaration)
  }
  for (let i = 0; i < branches.length; ) {
    const first = branches[i]
    if (first.tests.length === depth) {
      if (branches.length > 1 || depth === 0) emitBlock(first, indent, lines)
      else emitTry(first, indent, lines)
      i++
      continue
    }
    const test = first.tests[depth]
    let end = i + 1
    while (end < branches.length && branches[end].tests[depth]?.text === test.text) end++
    const group = branches.slice(i, end)
    const tests = [test]
    while (true) {
      const next = first.tests[depth + tests.length]
      const shared = next !== undefined && group.every(b => b.tests[depth + tests.length]?.text === next.text)
      if (!shared || !next.places.every(place => scope.isDeclared(place))) break
      tests.push(next)
    }
    lines.push(`${indent}if (${allOf(tests.map(t => t.text))}) {`)
    emitBranches(group, depth + tests.length, scope.inside(tests.map(t => t.opens)), indent + '  ', lines)
    lines.push(`${indent}}`)
    i = end
  }
}

function emitBlock(branch: Branch, indent: string, lines: string[]): void {
  lines.push(`${indent}{`)
  emitTry(branch, indent + '  ', lines)
  lines.push(`${indent}}`)
}

function emitTry({ placed, binds }: Branch, indent: string, lines: string[]): void {
  const name = constantName(placed.rule.name)
  const entries = [...binds].map(([bound, place]) => (bound === variable(place) ? bound : `${bound}: ${variable(place)}`))
  const guards = placed.rule.guards.map((_, i) => `${name}.guards[${i}](b)`)
  const result = guards.length === 0 ? `${name}.replace(b)` : `${guards.join(' && ')} ? ${name}.replace(b) : undefined`
  lines.push(
    `${indent}const b = { ${entries.join(', ')} }`,
    `${indent}const result = ${result}`,
    `${indent}if (result !== undefined && result !== u) return hit(fired, ${name}, result)`,
  )
}
