import { fileURLToPath } from 'node:url'
import type { Case } from '../case.js'
import type { Entrant } from '../contest.js'
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
  /** The field of a case that holds its program. */
  readonly language: 'onnx' | 'torch' | 'numpy' | 'tensorflow' | 'jax'
  command(place: Place): Command
  /** A command that fails where it is not there, and how to get it; for what the tool does not install. */
  readonly probe?: { readonly file: string; readonly args: readonly string[]; readonly install: string }
}

/** A worker's file; this is bundled beside them. */
export const script = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url))
const python = fileURLToPath(new URL('../python/worker.py', import.meta.url))
/** Distributions ship NumPy and PyTorch for their own interpreter, which need not be the first on PATH. */
const interpreter = '/usr/bin/python3'

/** Encodes models for both packages of onnxruntime. */
const protobufjs = { protobufjs: '8.8.1' }

/**
 * Freed blocks stay in the process (glibc): page faults of fresh ones would otherwise be most of a large element-wise
 * operation of any library that makes its results anew each time.
 */
const keepFreedBlocks = { MALLOC_MMAP_THRESHOLD_: '1073741824', MALLOC_TRIM_THRESHOLD_: '4294967296' }

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
  ...keepFreedBlocks,
})

export const peers: readonly Peer[] = [
  {
    name: 'onnxruntime-node',
    devices: ['cpu'],
    packages: { 'onnxruntime-node': '1.30.0', ...protobufjs },
    language: 'onnx',
    command: ({ threads, directory }) => ({
      file: process.execPath, args: [script('onnxruntime'), 'onnxruntime-node', String(threads), directory], environment: keepFreedBlocks,
    }),
  },
  {
    name: 'torch',
    devices: ['cpu'],
    packages: {},
    language: 'torch',
    command: ({ threads }) => ({ file: interpreter, args: [python, 'torch', String(threads)], environment: pythonEnvironment(threads) }),
    probe: { file: interpreter, args: ['-c', 'import torch'], install: 'apt-get install python3-torch' },
  },
  {
    name: 'numpy',
    devices: ['cpu'],
    packages: {},
    language: 'numpy',
    command: ({ threads }) => ({ file: interpreter, args: [python, 'numpy', String(threads)], environment: pythonEnvironment(threads) }),
    probe: { file: interpreter, args: ['-c', 'import numpy'], install: 'apt-get install python3-numpy' },
  },
  {
    name: 'onnxruntime-web',
    devices: ['wasm'],
    packages: { 'onnxruntime-web': '1.30.0', ...protobufjs },
    language: 'onnx',
    command: ({ threads, directory }) => ({
      file: process.execPath, args: [script('onnxruntime'), 'onnxruntime-web', String(threads), directory], environment: keepFreedBlocks,
    }),
  },
  {
    name: 'tfjs-wasm',
    devices: ['wasm'],
    packages: { '@tensorflow/tfjs': '4.22.0', '@tensorflow/tfjs-backend-wasm': '4.22.0' },
    language: 'tensorflow',
    command: ({ threads, directory }) => ({
      file: process.execPath, args: [script('tensorflow'), String(threads), directory], environment: keepFreedBlocks,
    }),
  },
  {
    // It starts threads with `Worker`, which Node does not have: it runs on one.
    name: 'jax-js',
    devices: ['wasm'],
    packages: { '@jax-js/jax': '0.1.25' },
    language: 'jax',
    command: ({ directory }) => ({ file: process.execPath, args: [script('jax'), directory], environment: keepFreedBlocks }),
  },
]

/** Ours, in a process of its own as every other contender. Schedules that somebody has tuned are used where they are named. */
export const petagrad = (device: string, threads: number, name = 'petagrad'): Entrant => ({
  name,
  command: {
    file: process.execPath,
    args: [script('petagrad'), device, String(threads)],
    environment: { PETAGRAD_SCHEDULES: process.env.PETAGRAD_SCHEDULES ?? 'off', PETAGRAD_TUNE: undefined },
  },
})

/** Ours, which tunes every case before it is timed and keeps what it finds in a file. */
export const tunedPetagrad = (device: string, threads: number, schedules: string): Entrant => ({
  name: 'tuned',
  patience: 600_000,
  command: {
    file: process.execPath,
    args: [script('petagrad'), device, String(threads), 'tune'],
    environment: { PETAGRAD_SCHEDULES: schedules, PETAGRAD_TUNE: undefined },
  },
})

/** Peers that have a program for the case. */
export const entrantsFor = (benchmark: Case, peers: readonly Peer[], place: Place): readonly Entrant[] =>
  peers.filter(peer => benchmark[peer.language] !== undefined).map(peer => ({
    name: peer.name,
    command: peer.command(place),
    program: ({ torch, numpy }) => (peer.language === 'torch' ? torch : peer.language === 'numpy' ? numpy : undefined),
  }))
