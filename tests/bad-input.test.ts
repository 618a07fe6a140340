import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { petagrad, Project } from './command.js'

let project: Project
beforeAll(() => {
  project = new Project()
})
afterAll(() => project.remove())

/** Bytes of a safetensors file with this header. */
function safetensors(header: string | bigint, data = new Uint8Array()): Uint8Array {
  const text = typeof header === 'bigint' ? new Uint8Array() : new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, typeof header === 'bigint' ? header : BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

const good = safetensors('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', new Uint8Array(16))

describe('a program that is wrong', () => {
  // What is on line 3 is wrong; the message names the code, the shapes or values, and that line.
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['shapes that do not fit', `Tensor.ones([2, 3]).matmul(Tensor.ones([4, 5]))`, 'SHAPE_MISMATCH', /\[2, 3\] and \[4, 5\]/],
    ['shapes that do not broadcast', `Tensor.ones([2, 3]).add(Tensor.ones([2, 4]))`, 'SHAPE_MISMATCH', /\[2, 3\] and \[2, 4\]/],
    ['a reshape that loses elements', `Tensor.ones([2, 3]).reshape([7])`, 'SHAPE_MISMATCH', /\[2, 3\].*\[7\]/],
    ['nested arrays of different lengths', `Tensor.from([[1, 2], [3]])`, 'SHAPE_MISMATCH', /length/],
    ['a dtype that an operation does not take', `Tensor.ones([2]).bitwiseAnd(1)`, 'DTYPE_MISMATCH', /f32/],
    ['a value that a dtype cannot hold', `Tensor.from([1, 300], { dtype: dtypes.u8 })`, 'INVALID_DATA', /300 at position 1/],
    ['a NaN among labels', `await Tensor.ones([2, 3]).crossEntropy(Tensor.from([0, NaN])).item()`, 'INVALID_DATA', /NaN at position 1/],
    ['a label that is no class', `await Tensor.ones([2, 3]).crossEntropy(Tensor.from(Int32Array.of(0, 3))).item()`, 'INDEX_OUT_OF_RANGE', /\b3\b.*position 1/],
    ['an index that is out of range', `await Tensor.ones([4, 2]).take(Tensor.from(Int32Array.of(1, 9))).tolist()`, 'INDEX_OUT_OF_RANGE', /\b9\b/],
    ['an axis that is not there', `Tensor.ones([2, 3]).sum(5)`, 'INVALID_ARGUMENT', /axis 5/],
    ['an unknown device', `await Tensor.ones([2], { device: 'tpu' }).add(Tensor.from([1, 2], { device: 'tpu' })).tolist()`, 'UNKNOWN_DEVICE', /tpu.*cpu, wasm/],
    ['a file that is not there', `await loadSafetensors('nothing.safetensors')`, 'FILE_NOT_FOUND', /nothing\.safetensors/],
    ['a truncated file', `await loadSafetensors('truncated.safetensors')`, 'FILE_INVALID', /truncated\.safetensors/],
    ['a header that claims 2^60 bytes', `await loadSafetensors('huge.safetensors')`, 'FILE_INVALID', /huge\.safetensors/],
    ['a gradient of nothing', `Tensor.ones([2]).backward()`, 'INVALID_ARGUMENT|NOT_DIFFERENTIABLE|SHAPE_MISMATCH', /backward/],
  ]
  it.each(cases)('%s', async (_, line, code, detail) => {
    writeFileSync(project.path('truncated.safetensors'), good.subarray(0, good.length - 5))
    writeFileSync(project.path('huge.safetensors'), safetensors(1n << 60n))
    const source = `import { Tensor, dtypes, loadSafetensors } from 'petagrad'\n\n${line}\nconsole.log('not reached')\n`
    const { status, stdout, stderr } = await project.run(source, { env: { PETAGRAD_DEVICE: 'wasm' } })
    expect(stdout).toBe('')
    expect(status).not.toBe(0)
    expect(stderr).toMatch(new RegExp(`PetagradError: .*\\[(${code}) at .*user\\.mjs:3:\\d+\\]`))
    expect(stderr).toMatch(detail)
    // What the system said (ENOENT, …) comes after it, as the cause.
    expect(stderr.split(' {\n')[0], 'frames of the library').not.toMatch(/\n\s+at .*packages\/[a-z-]+\/dist/)
  })

  it('leaves the file that it could not replace', async () => {
    writeFileSync(project.path('model.safetensors'), good)
    mkdirSync(project.path('folder.safetensors'), { recursive: true })
    const { status, stderr } = await project.run(
      `import { Tensor, saveSafetensors } from 'petagrad'
       const bad = Tensor.ones([2, 2]).take(Tensor.from(Int32Array.of(0, 0)).cast((await import('petagrad')).dtypes.i32))
       bad.dispose()
       await saveSafetensors('model.safetensors', new Map([['w', bad]]))`,
      { env: { PETAGRAD_DEVICE: 'wasm' } },
    )
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/USE_AFTER_FREE/)
    expect([...readFileSync(project.path('model.safetensors'))]).toEqual([...good])
  })
})

describe('a command line that is wrong', () => {
  const usage = 2
  const failure = 1
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['an unknown command', ['fly'], usage, /unknown command 'fly'/],
    ['an unknown option', ['demo', '--speed', '9'], usage, /unknown option '--speed'/],
    ['no epochs', ['demo', '--epochs', '0'], usage, /whole number from 1/],
    ['a seed that is no number', ['demo', '--seed', 'x'], usage, /whole number/],
    ['an unknown device', ['demo', '--device', 'tpu'], failure, /no device is called "tpu".*cpu, wasm.*UNKNOWN_DEVICE/],
    ['an output directory that is a file', ['demo', '--output', 'README.md'], failure, /README\.md: it is a file.*INVALID_ARGUMENT/],
    ['a model that is not there', ['predict', 'none.safetensors'], failure, /none\.safetensors does not exist.*FILE_NOT_FOUND/],
    ['a model that is something else', ['predict', 'package.json'], failure, /package\.json.*FILE_INVALID/],
  ]
  it.each(cases)('%s is one clear line', async (_, args, status, message) => {
    const ended = await petagrad(args)
    expect(ended.stdout).toBe('')
    expect(ended.stderr).toMatch(message)
    expect(ended.status).toBe(status)
    expect(ended.stderr, 'a stack').not.toMatch(/\n\s+at /)
    if (status === failure) expect(ended.stderr.trimEnd().split('\n').length).toBe(1)
  })

  it('a setting that is wrong is one clear line', async () => {
    const ended = await petagrad(['devices'], { env: { PETAGRAD_DEBUG: 'loud' } })
    expect(ended.status).toBe(1)
    expect(ended.stderr).toMatch(/PETAGRAD_DEBUG is "loud"; it must be a whole number from 0 to 7 \[INVALID_ARGUMENT/)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
  })

  it('no checkpoint to resume from, and nothing is written', async () => {
    const folder = project.path('empty')
    mkdirSync(folder)
    const ended = await petagrad(['demo', '--resume', '--output', folder])
    expect(ended.status).toBe(1)
    expect(ended.stderr).toMatch(/checkpoint\.safetensors does not exist.*FILE_NOT_FOUND/)
  })

  it('a damaged checkpoint is refused and kept', async () => {
    const folder = project.path('damaged')
    mkdirSync(folder)
    const file = project.path('damaged/checkpoint.safetensors')
    writeFileSync(file, good.subarray(0, 40))
    const ended = await petagrad(['demo', '--resume', '--output', folder])
    expect(ended.status).toBe(1)
    expect(ended.stderr).toMatch(/FILE_INVALID/)
    expect([...readFileSync(file)]).toEqual([...good.subarray(0, 40)])
  })

  it('PETAGRAD_DEBUG shows the stack of an error', async () => {
    const ended = await petagrad(['predict', 'none.safetensors'], { env: { PETAGRAD_DEBUG: '1' } })
    expect(ended.stderr).toMatch(/\n\s+at .*packages\/formats\/dist/)
  })
})
