/** Markup that is known to be well-formed: text in it has been escaped. */
export interface Markup {
  readonly markup: string
}

type Part = string | number | Markup | undefined | readonly Part[]

/** A template whose values are escaped, unless they are markup themselves. */
export const html = (literals: TemplateStringsArray, ...values: readonly Part[]): Markup =>
  ({ markup: literals.reduce((text, literal, i) => text + render(values[i - 1]) + literal) })

function render(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part))
  return 'markup' in part ? part.markup : part.map(render).join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string => text.replaceAll(/[&<>"]/g, character => entities[character])
