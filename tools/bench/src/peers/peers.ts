import { fileURLToPath } from 'node:url'
import type { Case } from '../case.js'
import type { Command } from '../worker-process.js'

/** Where and how wide a contender runs. */
export interface Place {
  readonly threads: number
  /** Where npm peers are installed. */
  readonly directory: string
}

/** A library that is timed beside ours. */
export interface Peer {
  readonly name: string
  /** It is compared on these devices of ours. */
  readonly devices: readonly string[]
  /** npm packages that it needs, with versions; installed on demand. */
  readonly packages: Readonly<Record<string, string>>
  /** Whether it has a program for a case. */
  has(benchmark: Case): boolean
  command(place: Place): Command
  /** How to get it, where the tool does not install it. */
  readonly install: string
}

const script = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url))
const python = fileURLToPath(new URL('../python/worker.py', import.meta.url))
/** Distributions ship NumPy and PyTorch for their own interpreter, which need not be the first on PATH. */
const interpreter = '/usr/bin/python3'
const npmInstall = 'the tool installs it with npm: see what npm said above'

/** Encodes models for both packages of onnxruntime. */
const protobufjs = { protobufjs: '8.8.1' }

/**
 * Threads of OpenMP and of OpenBLAS. The kernels that OpenBLAS picks for the processor are its best; a choice that was made
 * in the environment for other reasons is taken away.
 */
const pythonEnvironment = (threads: number): Command['environment'] => ({
  OMP_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  OPENBLAS_CORETYPE: undefined,
  OPENBLAS_L2_SIZE: undefined,
  // Freed blocks stay in the process: page faults of fresh ones would otherwise be most of a large element-wise operation.
  MALLOC_MMAP_THRESHOLD_: '1073741824',
  MALLOC_TRIM_THRESHOLD_: '4294967296',
})

export const peers: readonly Peer[] = [
  {
    name: 'onnxruntime-node',
    devices: ['cpu'],
    packages: { 'onnxruntime-node': '1.30.0', ...protobufjs },
    has: c => c.onnx !== undefined,
    command: ({ threads, directory }) => ({
      file: process.execPath, args: [script('onnxruntime'), 'onnxruntime-node', String(threads), directory], environment: {},
    }),
    install: npmInstall,
  },
  {
    name: 'torch',
    devices: ['cpu'],
    packages: {},
    has: c => c.torch !== undefined,
    command: ({ threads }) => ({ file: interpreter, args: [python, 'torch', String(threads)], environment: pythonEnvironment(threads) }),
    install: 'apt-get install python3-torch',
  },
  {
    name: 'numpy',
    devices: ['cpu'],
    packages: {},
    has: c => c.numpy !== undefined,
    command: ({ threads }) => ({ file: interpreter, args: [python, 'numpy', String(threads)], environment: pythonEnvironment(threads) }),
    install: 'apt-get install python3-numpy',
  },
]

/** Ours, in a process of its own as every other contender. */
export const petagrad = (device: string, threads: number): Command =>
  ({ file: process.execPath, args: [script('petagrad'), device, String(threads)], environment: {} })
