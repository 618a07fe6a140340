/** Declarations that stand before the kernel: types and functions, each once, what a declaration needs before it. */
export class Prelude {
  private readonly declarations = new Map<string, string>()

  /** Makes sure that `name` is declared, and gives it back. `text` may require other names. */
  require(name: string, text: () => string): string {
    if (!this.declarations.has(name)) {
      const declaration = text()
      this.declarations.set(name, declaration)
    }
    return name
  }

  /** Blank lines separate declarations, and none has one inside: equal paragraphs of two sources are equal declarations. */
  paragraphs(): readonly string[] {
    return [...this.declarations.values()]
  }
}
