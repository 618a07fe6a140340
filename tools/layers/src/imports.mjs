import ts from 'typescript'

/**
 * @typedef {object} Import
 * @property {string} specifier
 * @property {'static' | 'dynamic'} kind
 * @property {boolean} typeOnly
 * @property {readonly string[] | undefined} names value names taken, undefined for all (namespace, star, dynamic, side effect)
 * @property {number} line
 */

/**
 * Every import and re-export of a module, type positions included.
 * @param {string} file
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  /** @type {Import[]} */
  const found = []
  /** @param {ts.Node} node @param {ts.Expression | ts.TypeNode | undefined} specifier @param {Omit<Import, 'specifier' | 'line'>} how */
  const add = (node, specifier, how) => {
    const literal = specifier !== undefined && ts.isLiteralTypeNode(specifier) ? specifier.literal : specifier
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return
    found.push({ specifier: literal.text, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, ...how })
  }
  /** @param {ts.NodeArray<ts.ImportSpecifier | ts.ExportSpecifier>} elements */
  const valueNames = elements => elements.filter(e => !e.isTypeOnly).map(e => (e.propertyName ?? e.name).text)

  /** @param {ts.Node} node */
  const visit = node => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause
      const bindings = clause?.namedBindings
      const names = clause !== undefined && clause.name === undefined && bindings !== undefined && ts.isNamedImports(bindings)
        ? valueNames(bindings.elements)
        : undefined
      add(node, node.moduleSpecifier, { kind: 'static', typeOnly: clause?.isTypeOnly === true || names?.length === 0, names })
    } else if (ts.isExportDeclaration(node)) {
      const named = node.exportClause
      const names = named !== undefined && ts.isNamedExports(named) ? valueNames(named.elements) : undefined
      add(node, node.moduleSpecifier, { kind: 'static', typeOnly: node.isTypeOnly || names?.length === 0, names })
    } else if (ts.isImportTypeNode(node)) {
      add(node, node.argument, { kind: 'static', typeOnly: true, names: [] })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], { kind: 'dynamic', typeOnly: false, names: undefined })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}
