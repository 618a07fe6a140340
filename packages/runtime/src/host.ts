/**
 * What the host offers, found at the time of asking. Nothing here imports a Node module statically, so that this
 * package loads in browsers.
 */

export const isNode = typeof process === 'object' && typeof process.versions === 'object' && typeof process.versions.node === 'string'

/** An environment variable; undefined when unset, empty, or where there is no environment. */
export function environment(name: string): string | undefined {
  const value = isNode ? process.env[name] : undefined
  return value === '' ? undefined : value
}

interface NodeModules {
  'node:crypto': typeof import('node:crypto')
  'node:fs': typeof import('node:fs')
  'node:fs/promises': typeof import('node:fs/promises')
  'node:path': typeof import('node:path')
  'node:v8': typeof import('node:v8')
  'node:vm': typeof import('node:vm')
}

/** A Node module. The specifier is not a literal here, so that bundlers for browsers leave it alone. */
export function importNode<K extends keyof NodeModules>(specifier: K): Promise<NodeModules[K]> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ specifier) as Promise<NodeModules[K]> // the map above says which module it is
}

/**
 * Collects garbage where the host lets one ask for it, and gives finalisers their turn. Node lets a new context see
 * `gc` once the flag is set; a browser does not, and this only waits a turn.
 */
export async function collectGarbage(): Promise<void> {
  const collect = globalThis.gc ?? (isNode ? await nodeCollector() : undefined)
  await turn() // what a WeakRef gave out lives to the end of the turn
  collect?.()
  await turn()
  await turn() // finalisers are tasks of their own, queued in the turn after
}

const turn = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0))

async function nodeCollector(): Promise<(() => void) | undefined> {
  const [v8, vm] = await Promise.all([importNode('node:v8'), importNode('node:vm')])
  v8.setFlagsFromString('--expose-gc')
  const collect: unknown = vm.runInNewContext('gc')
  return typeof collect === 'function' ? () => void collect() : undefined
}
