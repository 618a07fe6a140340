import { parseDType, type DType } from '../dtype.js'
import { uop, type UOp } from '../uop.js'
import { argumentForms, argumentProblem, isOp, type ArgumentForm } from '../verify/argument.js'
import { GRAPH_HEADER, PROGRAM_HEADER } from './print.js'
import { Scanner } from './scanner.js'

/**
 * The graph that `print` wrote: the node of the last line. Names may be any words (`%x`); `;` starts a comment.
 * Arguments are checked here; everything else that makes a graph well-formed is `verify`'s.
 *
 * Errors: IR_PARSE with line and column.
 */
export function parse(text: string): UOp {
  const uops = readLines(text, GRAPH_HEADER)
  return uops.nodes.at(-1) ?? uops.scanner.fail('a graph needs at least one node')
}

/** The list that `printProgram` wrote. Errors: IR_PARSE with line and column. */
export const parseProgram = (text: string): UOp[] => readLines(text, PROGRAM_HEADER).nodes

const NAME = /%\w+/y
const WORD = /[a-z_]\w*/y
const DTYPE = /[a-z][a-z0-9]*(?:\*[a-z]+)?/y
const NUMBER = /-?(?:inf|\d+(?:\.\d+)?(?:e[+-]?\d+)?)|nan/y
const BIGINT = /-?\d+n/y
const STRING = /"(?:[^"\\\n]|\\[^\n])*"/y
const LINE_END = /\r?\n|$/y
const mark = (symbol: string): RegExp => new RegExp(`\\${symbol}`, 'y')
const [EQUALS, OPEN_LIST, CLOSE_LIST, OPEN_FIELDS, CLOSE_FIELDS, COMMA, COLON] = ['=', '[', ']', '{', '}', ',', ':'].map(mark)

/** No unit is wider, and a hostile width must not become a type. */
const MAX_LANES = 1024

function readLines(text: string, header: string): { readonly nodes: UOp[]; readonly scanner: Scanner } {
  const scanner = new Scanner(text)
  scanner.atEnd()
  if (scanner.take(/petagrad-[a-z]+ \d+/y) !== header) scanner.fail(`the first line must be ${header}`)
  scanner.need(LINE_END, 'the end of the line')
  const reader = new LineReader(scanner)
  const nodes: UOp[] = []
  while (!scanner.atEnd()) nodes.push(reader.readLine())
  return { nodes, scanner }
}

class LineReader {
  private readonly named = new Map<string, UOp>()

  constructor(private readonly scanner: Scanner) {}

  readLine(): UOp {
    const { scanner } = this
    const name = scanner.need(NAME, 'a name like %0')
    if (this.named.has(name)) scanner.fail(`${name} is already defined`)
    scanner.need(EQUALS, '=')
    const op = scanner.need(WORD, 'an operation')
    if (!isOp(op)) return scanner.fail(`there is no operation ${op}`)
    const dtype = this.readDType()
    const src: UOp[] = []
    for (let source = scanner.take(NAME); source !== undefined; source = scanner.take(NAME)) src.push(this.lookUp(source))
    const form = argumentForms[op]
    const arg = form === 'none' ? undefined : this.readValue(form)
    const problem = argumentProblem(form, arg, dtype)
    if (problem !== undefined) scanner.fail(`${op}: ${problem}`)
    scanner.need(LINE_END, 'the end of the line')
    const node = uop(op, dtype, src, arg as UOp['arg']) // argumentProblem has just checked it against the op's form
    this.named.set(name, node)
    return node
  }

  private lookUp(name: string): UOp {
    return this.named.get(name) ?? this.scanner.fail(`${name} is not defined above`)
  }

  private readDType(): DType {
    const name = this.scanner.need(DTYPE, 'a dtype')
    const lanes = /x(\d+)$/.exec(name)?.[1]
    const allowed = lanes === undefined || (/^[1-9]\d{0,3}$/.test(lanes) && Number(lanes) >= 2 && Number(lanes) <= MAX_LANES)
    return (allowed ? parseDType(name) : undefined) ?? this.scanner.fail(`there is no dtype ${name}`)
  }

  /** A value of this form. What a form does not ask for is not read, so nesting ends where the forms end. */
  private readValue(form: ArgumentForm): unknown {
    const { scanner } = this
    if (typeof form === 'object') {
      if ('oneOf' in form) return scanner.need(WORD, `one of ${form.oneOf.join(', ')}`)
      if ('listOf' in form) return this.readList(form.listOf)
      if ('pairOf' in form) return this.readList(form.pairOf)
      return this.readFields(form.fields)
    }
    switch (form) {
      case 'constant': return this.readConstant()
      case 'flag': return this.scanner.need(/true|false/y, 'true or false') === 'true'
      case 'text': return this.readString()
      case 'dimension': {
        const name = scanner.take(NAME)
        return name === undefined ? this.readNumber() : this.lookUp(name)
      }
      default: return this.readNumber()
    }
  }

  private readConstant(): unknown {
    const wide = this.scanner.take(BIGINT)
    if (wide !== undefined) return wide.length > 21 ? this.scanner.fail('the integer is too long') : BigInt(wide.slice(0, -1))
    const word = this.scanner.take(/true|false/y)
    return word === undefined ? this.readNumber() : word === 'true'
  }

  private readNumber(): number {
    const text = this.scanner.need(NUMBER, 'a number')
    if (text === 'nan') return NaN
    if (text.endsWith('inf')) return text === 'inf' ? Infinity : -Infinity
    const value = Number(text)
    return Number.isFinite(value) ? value : this.scanner.fail(`${text.slice(0, 40)} is too large`)
  }

  private readString(): string {
    const quoted = this.scanner.need(STRING, 'text in quotes')
    try {
      return String(JSON.parse(quoted))
    } catch {
      return this.scanner.fail('the text has an escape that does not exist')
    }
  }

  private readList(form: ArgumentForm): unknown[] {
    const { scanner } = this
    scanner.need(OPEN_LIST, '[')
    const list: unknown[] = []
    if (scanner.take(CLOSE_LIST) !== undefined) return list
    do list.push(this.readValue(form))
    while (scanner.take(COMMA) !== undefined)
    scanner.need(CLOSE_LIST, '] or ,')
    return list
  }

  private readFields(forms: Readonly<Record<string, ArgumentForm>>): Record<string, unknown> {
    const { scanner } = this
    scanner.need(OPEN_FIELDS, '{')
    const fields: Record<string, unknown> = {}
    do {
      const name = scanner.need(WORD, 'a field')
      if (!Object.hasOwn(forms, name)) scanner.fail(`there is no field ${name}`)
      if (Object.hasOwn(fields, name)) scanner.fail(`the field ${name} is given twice`)
      scanner.need(COLON, ':')
      fields[name] = this.readValue(forms[name])
    } while (scanner.take(COMMA) !== undefined)
    scanner.need(CLOSE_FIELDS, '} or ,')
    return fields
  }
}
