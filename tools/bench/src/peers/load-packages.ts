import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Imports packages as a module in the peers' directory would. */
export type Load = (name: string) => Promise<unknown>

/** The file in the peers' directory that imports for us, so that names are looked up there and not in the workspace. */
export const loaderFile = 'load.mjs'
export const loaderText = 'export const load = name => import(name)\n'

export async function packagesOf(directory: string): Promise<Load> {
  const { load } = await import(pathToFileURL(join(directory, loaderFile)).href) as { readonly load: Load } // `loaderText`
  return load
}
