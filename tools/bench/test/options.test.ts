import { describe, expect, it } from 'vitest'
import { buildCommand, matches, type Options } from '../src/options.js'

async function parse(...args: readonly string[]): Promise<Options> {
  let parsed: Options | undefined
  const command = buildCommand(async options => void (parsed = options)).configureOutput({ writeErr() {}, writeOut() {} })
  await command.parseAsync(args, { from: 'user' })
  if (parsed === undefined) throw new Error('the command did not run')
  return parsed
}

describe('the command line', () => {
  it('times every case on the cpu device without peers unless it is told otherwise', async () => {
    expect(await parse()).toMatchObject({ suite: 'cpu', case: '*', peers: false, rounds: 5, json: false, checkCode: false })
  })

  it('takes all peers, or those that are named', async () => {
    expect((await parse('--peers')).peers).toBe(true)
    expect((await parse('--peers', 'torch', 'numpy', '--json')).peers).toEqual(['torch', 'numpy'])
  })

  it('takes rows of several files', async () => {
    expect((await parse('--from', 'a.json', 'b.json', '--report', 'out.html'))).toMatchObject({ from: ['a.json', 'b.json'], report: 'out.html' })
  })

  it.each([
    [['--suite', 'gpu'], /Allowed choices are cpu, wasm, latency, scaling/],
    [['--device', 'tpu'], /Allowed choices are cpu, wasm/],
    [['--threads', '0'], /whole number from 1/],
    [['--rounds', 'few'], /whole number/],
    [['--speed'], /unknown option/],
  ])('refuses %j', async (args, reason) => {
    await expect(parse(...args)).rejects.toThrow(reason)
  })

  it.each([
    ['gemm-512', '*', true],
    ['gemm-512', 'gemm-*', true],
    ['gemm-512', 'gemm', false],
    ['conv3x3-56', 'conv?x?-56', true],
    ['conv7x7s2-224', 'conv?x?-56', false],
    ['sort-1m', 'gemm-*,sort-*', true],
    ['a.b', 'a?b', true],
    ['axb', 'a.b', false],
  ])('says whether %s matches %s', (name, glob, expected) => {
    expect(matches(name, glob)).toBe(expected)
  })
})
