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
}

/** A Node module. The specifier is not a literal here, so that bundlers for browsers leave it alone. */
export function importNode<K extends keyof NodeModules>(specifier: K): Promise<NodeModules[K]> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ specifier) as Promise<NodeModules[K]> // the map above says which module it is
}
