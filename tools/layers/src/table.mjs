// The layer table of DESIGN section 2 as data. `may` maps a package to what may be taken from it:
// 'values' anything, 'types' only types, or the list of the value exports that are allowed beside types.

/** @typedef {'values' | 'types' | readonly string[]} Allowance */
/** @typedef {{ layer: number, browser: boolean, may: Record<string, Allowance> }} Layer */

const renderer = { layer: 3, browser: true, may: { ir: 'values', renderer: 'values' } }
// A driver throws the one error family, and sees nothing else of the IR: dtypes, uops and shapes stay above it.
const driver = { layer: 3, browser: false, may: { device: 'values', ffi: 'values', ir: ['PetagradError'] } }
const upTo2 = { ir: 'values', renderer: 'values', device: 'values', ffi: 'values', native: 'values', schedule: 'values', codegen: 'values' }
const upTo5 = { ...upTo2, runtime: 'values', tensor: 'values' }

/** @type {Record<string, Layer>} */
export const layers = {
  ir: { layer: 0, browser: true, may: {} },
  renderer: { layer: 1, browser: true, may: { ir: 'values' } },
  device: { layer: 1, browser: true, may: { ir: 'types' } },
  ffi: { layer: 1, browser: false, may: {} },
  native: { layer: 1, browser: false, may: {} },
  schedule: { layer: 2, browser: true, may: { ir: 'values' } },
  codegen: { layer: 2, browser: true, may: { ir: 'values', renderer: 'types' } },
  'renderer-c': renderer,
  'renderer-wasm': renderer,
  'driver-cpu': driver,
  'driver-wasm': { ...driver, browser: true },
  runtime: { layer: 4, browser: true, may: upTo2 },
  tensor: { layer: 5, browser: true, may: { ir: 'values', runtime: 'values' } },
  nn: { layer: 6, browser: true, may: upTo5 },
  formats: { layer: 6, browser: true, may: upTo5 },
  petagrad: {
    layer: 7,
    browser: true,
    may: {
      ...upTo5,
      nn: 'values',
      formats: 'values',
      'renderer-c': 'values',
      'renderer-wasm': 'values',
      'driver-cpu': 'values',
      'driver-wasm': 'values',
    },
  },
  testing: { layer: 2, browser: false, may: { ...upTo2, ffi: 'types' } },
}

/** Packages that reach for uops through a peer: two copies of an interning IR is a correctness bug. Apps and the umbrella own theirs. */
export const irOwners = new Set(['petagrad', 'cli', 'browser-demo'])
