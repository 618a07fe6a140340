import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { cyclesOf } from './cycles.mjs'
import { importsOf } from './imports.mjs'

/**
 * @typedef {import('./table.mjs').Layer} Layer
 * @typedef {object} Workspace
 * @property {string} id folder name: `ir`, `driver-cpu`
 * @property {string} directory
 * @property {Record<string, unknown>} manifest
 */

/**
 * Checks every package under `packages/` and `apps/` of a workspace.
 * @param {string} root
 * @param {Record<string, Layer>} layers
 * @param {ReadonlySet<string>} irOwners packages that may depend on `ir` directly instead of through a peer
 * @returns {{ problems: string[], packages: number, imports: number }}
 */
export function checkWorkspace(root, layers, irOwners) {
  /** @type {string[]} */
  const problems = []
  let imports = 0
  const packages = workspaces(join(root, 'packages'))
  const apps = workspaces(join(root, 'apps'))
  const byName = new Map([...packages, ...apps].map(w => [String(w.manifest.name), w]))
  for (const w of packages) if (layers[w.id] === undefined) problems.push(`packages/${w.id}: not in the layer table`)
  /** @type {Map<string, Set<string>>} */
  const graph = new Map()
  for (const w of [...packages, ...apps]) imports += checkPackage(w, { root, layers, irOwners, byName, graph, problems })
  for (const cycle of cyclesOf(graph)) problems.push(`package cycle: ${cycle.join(' → ')} → ${cycle[0]}`)
  return { problems, packages: packages.length + apps.length, imports }
}

/** @param {string} directory @returns {Workspace[]} */
function workspaces(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter(id => existsSync(join(directory, id, 'package.json')))
    .map(id => ({ id, directory: join(directory, id), manifest: JSON.parse(readFileSync(join(directory, id, 'package.json'), 'utf8')) }))
}

/**
 * @typedef {object} Context
 * @property {string} root
 * @property {Record<string, Layer>} layers
 * @property {ReadonlySet<string>} irOwners
 * @property {Map<string, Workspace>} byName
 * @property {Map<string, Set<string>>} graph
 * @property {string[]} problems
 *
 * @param {Workspace} w
 * @param {Context} context
 */
function checkPackage(w, { root, layers, irOwners, byName, graph, problems }) {
  const layer = layers[w.id]
  const isApp = dirname(w.directory).endsWith('apps')
  const { dependencies, peerDependencies, optionalDependencies } = w.manifest
  const declared = { ...record(dependencies), ...record(peerDependencies), ...record(optionalDependencies) }
  const used = new Set()
  /** @type {Set<string>} */
  const edges = new Set()
  graph.set(w.id, edges)
  let count = 0

  for (const file of sources(join(w.directory, 'src'))) {
    const shown = relative(root, file).split(sep).join('/')
    for (const i of importsOf(file, readFileSync(file, 'utf8'))) {
      count++
      /** @param {string} sentence */
      const report = sentence => problems.push(`${shown}:${i.line}: ${sentence}`)
      if (i.specifier.startsWith('.')) {
        if (!resolve(dirname(file), i.specifier).startsWith(w.directory + sep)) report(`'${i.specifier}' leaves the package`)
        continue
      }
      if (i.specifier.startsWith('node:')) {
        if (layer?.browser && i.kind === 'static' && !i.typeOnly) report(`'${i.specifier}' in a package that must load in a browser; import it dynamically`)
        continue
      }
      const name = packageName(i.specifier)
      if (name === w.manifest.name) {
        report(`'${i.specifier}' imports its own package; use a relative path`)
        continue
      }
      used.add(name)
      const target = byName.get(name)
      if (declared[name] === undefined && !(i.typeOnly && record(w.manifest.devDependencies)[name] !== undefined && target === undefined)) {
        report(`'${name}' is not in this package's dependencies`)
      }
      if (target === undefined) continue
      edges.add(target.id)
      if (!exportsSubpath(target.manifest, i.specifier.slice(name.length))) report(`'${i.specifier}' is not exported by ${name}`)
      if (isApp || layer === undefined || i.typeOnly && layer.may[target.id] !== undefined) continue
      const allowed = layer.may[target.id]
      if (allowed === undefined) report(`${w.id} (layer ${layer.layer}) may not import ${target.id} (layer ${layers[target.id]?.layer ?? '?'})`)
      else if (allowed === 'types') report(`${w.id} may import only types from ${target.id}`)
      else if (Array.isArray(allowed)) {
        const extra = i.names?.filter(n => !allowed.includes(n)) ?? ['*']
        if (extra.length > 0) report(`${w.id} may take only ${allowed.join(', ')} and types from ${target.id}, not ${extra.join(', ')}`)
      }
    }
  }

  const manifest = `${relative(root, w.directory).split(sep).join('/')}/package.json`
  for (const name of Object.keys(record(w.manifest.dependencies))) {
    if (!used.has(name) && byName.has(name)) problems.push(`${manifest}: '${name}' is declared and never imported`)
  }
  if (!isApp && !irOwners.has(w.id) && record(w.manifest.dependencies)['@petagrad/ir'] !== undefined) {
    problems.push(`${manifest}: '@petagrad/ir' must be a peer dependency`)
  }
  if (!isApp && w.manifest.sideEffects !== false) problems.push(`${manifest}: "sideEffects": false is missing`)
  return count
}

/** @param {unknown} value @returns {Record<string, string>} */
const record = value => (typeof value === 'object' && value !== null ? /** @type {Record<string, string>} */ (value) : {})

/** @param {string} specifier */
const packageName = specifier => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')

/** @param {Record<string, unknown>} manifest @param {string} subpath `` or `/name` */
const exportsSubpath = (manifest, subpath) => typeof record(manifest.exports)[`.${subpath}`] === 'object' || subpath === '/package.json'

/** @param {string} directory @returns {string[]} */
function sources(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(e => e.isFile() && /\.(ts|js|mjs)$/.test(e.name))
    .map(e => join(e.parentPath, e.name))
    .sort()
}
