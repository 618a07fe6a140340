import { importNode } from './host.js'

/**
 * Says which build of the compiler this is, so that an entry of the disk cache made by another build is never taken
 * for one of this: the name, size and time of every file of the packages that turn a graph into artifacts.
 * Undefined where the files cannot be seen; plans and rendered kernels are not kept on disk then.
 */
export async function compilerBuild(rendererName: string): Promise<string | undefined> {
  try {
    const fs = await importNode('node:fs')
    const packages = ['ir', 'renderer', 'schedule', 'codegen', `renderer-${rendererName}`]
    const entries = packages.map(name => new URL(import.meta.resolve(`@petagrad/${name}`)))
    return [new URL(import.meta.url), ...entries].flatMap(entry => describeFiles(fs, new URL('.', entry))).join('\n')
  } catch {
    return undefined // bundled into one file, or a renderer from elsewhere
  }
}

function describeFiles(fs: typeof import('node:fs'), directory: URL): string[] {
  return fs.readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(entry => {
    const url = new URL(entry.name + (entry.isDirectory() ? '/' : ''), directory)
    if (entry.isDirectory()) return describeFiles(fs, url)
    if (!/(?<!\.d)\.[jt]s$/.test(entry.name)) return [] // types do not run
    const { size, mtimeMs } = fs.statSync(url)
    return [`${url.pathname} ${size} ${mtimeMs}`]
  })
}
