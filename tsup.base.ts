import { defineConfig, type Options } from 'tsup'

/** Every package builds the same way: its entries as ES modules, dependencies left as imports. Types come from `tsc -b`. */
export const library = (options: Options = {}) =>
  defineConfig({ entry: ['src/index.ts'], format: 'esm', target: 'es2022', platform: 'neutral', splitting: true, silent: true, ...options })
