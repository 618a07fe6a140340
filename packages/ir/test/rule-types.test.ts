import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const home = fileURLToPath(new URL('../src/', import.meta.url))

/** What the compiler says about a statement that sees the rule DSL. */
function complaints(statements: readonly string[]): string[][] {
  const names = statements.map((_, i) => `${home}statement-${i}.ts`)
  const prelude = `import { binary, p, rule, type UOp } from './index.js'\n`
  const texts = new Map(statements.map((s, i) => [names[i], `${prelude}export const tested = ${s}\nexport const used = binary\nexport type Used = UOp`]))
  const options: ts.CompilerOptions = {
    strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, types: ['node'],
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.fileExists = name => texts.has(name) || fileExists(name)
  host.readFile = name => texts.get(name) ?? readFile(name)
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name)
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
  }
  const program = ts.createProgram(names, options, host)
  return names.map(name => program.getSemanticDiagnostics(program.getSourceFile(name)).map(d => ts.flattenDiagnosticMessageText(d.messageText, ' ')))
}

it('a right side or guard may only use the names that its left side binds', () => {
  const cases: readonly (readonly [string, RegExp | undefined])[] = [
    [`rule('a', p.mul(p.any('x'), p.constant(1)), ({ x }) => x)`, undefined],
    [`rule('a', p.add(p.neg(p.any('x')), p.mul(p.any('y'), p.constant('c'))), ({ x, y, c }) => (c.arg === 1 ? binary('add', x, y) : undefined))`, undefined],
    [`rule('a', p.permute(p.any('x')).as('u'), ({ u }) => (u.arg.length > 0 ? u : undefined))`, undefined],
    [`rule('a', p.neg(p.any('x')).where(({ x }) => x.op === 'neg'), ({ x }) => x)`, undefined],
    [`rule('a', p.mul(p.any('x'), p.constant(1)), ({ y }) => y)`, /'y' does not exist/],
    [`rule('a', p.mul(p.any('x'), p.constant(1)), ({ x, c }) => x)`, /'c' does not exist/],
    [`rule('a', p.mul(p.any('x'), p.any('y')).where(({ z }) => z), ({ x }) => x)`, /'z' does not exist/],
    [`rule('a', p.mul(p.any('x'), p.any('y')).where(({ c }: { readonly c: UOp }) => c.op === 'neg'), ({ x }) => x)`, /not assignable/],
    [`rule('a', p.neg(p.any('x')), ({ x }) => x.arg.length)`, /./],
    [`rule('a', p.neg(p.any('x')), () => 1)`, /not assignable/],
  ]
  const found = complaints(cases.map(([statement]) => statement))
  cases.forEach(([statement, expected], i) => {
    if (expected === undefined) expect(found[i], statement).toEqual([])
    else expect(found[i].join(' '), statement).toMatch(expected)
  })
})
