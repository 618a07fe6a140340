import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loaderFile, loaderText } from './load-packages.js'
import type { Peer } from './peers.js'

/**
 * Installs the npm packages of peers in a directory outside of the workspace, unless they are there. Earlier ones stay,
 * so that a run with fewer peers installs nothing.
 */
export async function installPackages(peers: readonly Peer[], directory: string): Promise<void> {
  const wanted: Record<string, string> = Object.assign({}, ...peers.map(p => p.packages))
  const present = await Promise.all(Object.entries(wanted).map(([name, version]) => isInstalled(directory, name, version)))
  if (present.every(Boolean)) return
  await mkdir(directory, { recursive: true })
  const earlier = await readJson<{ dependencies?: Record<string, string> }>(join(directory, 'package.json'))
  const manifest = { private: true, type: 'module', dependencies: { ...earlier?.dependencies, ...wanted } }
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest, undefined, 2) + '\n')
  await writeFile(join(directory, loaderFile), loaderText)
  process.stderr.write(`installing ${Object.entries(wanted).map(([n, v]) => `${n} ${v}`).join(', ')} in ${directory}\n`)
  await npmInstall(directory)
}

async function isInstalled(directory: string, name: string, version: string): Promise<boolean> {
  const [manifest, loader] = await Promise.all([
    readJson<{ version?: string }>(join(directory, 'node_modules', name, 'package.json')),
    readFile(join(directory, loaderFile), 'utf8').catch(() => undefined),
  ])
  return manifest?.version === version && loader === loaderText
}

async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text) as T // npm's manifests, ours included
}

function npmInstall(directory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without the variable onnxruntime-node downloads GPU libraries that no case uses.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
    const child = spawn('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: directory, env, stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve() : reject(new Error(`npm install in ${directory} ended with code ${code}`))))
  })
}
