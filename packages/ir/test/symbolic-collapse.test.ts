import { describe, expect, it } from 'vitest'
import { evaluateIndex, range, rangesOf, simplifyGiven, simplifyIndex, uop, dtypes, variable, indexConst, type UOp } from '@petagrad/ir'
import { infix, leavesNamed, parse, points, type Names } from './infix.js'

type Row = readonly [raw: string, collapsed: string]

/** Left and right become one node, no larger than the right is written, and both are true at every point. */
function collapses(names: Names, rows: readonly Row[]): void {
  const leaves = leavesNamed(names)
  it.each(rows)('%s → %s', (left, right) => {
    const raw = parse(left, leaves)
    const wanted = parse(right, leaves)
    const simple = simplifyIndex(raw)
    for (const env of points(rangesOf(raw))) expect(evaluateIndex(simple, env)).toBe(evaluateIndex(raw, env))
    for (const env of points(rangesOf(raw))) expect(evaluateIndex(wanted, env)).toBe(evaluateIndex(raw, env))
    expect(infix(simple, leaves)).toBe(infix(simplifyIndex(wanted), leaves))
    expect(operations(simple)).toBeLessThanOrEqual(operations(wanted))
  })
}

/** Divisions, products and sums, each where it is written. A difference may be spelled x + y·-1. */
const operations = (u: UOp): number =>
  u.src.reduce((n, s) => n + operations(s), u.op === 'sub' ? 2 : u.src.length === 2 && u.op !== 'range' ? 1 : 0)

describe('sums', () => {
  collapses({ i: 10, j: 7, k: 5 }, [
    ['i + j - i', 'j'],
    ['3*i + 2*i - 5*i + 4', '4'],
    ['(i + j) * 3 - j*3', 'i*3'],
    ['i*0 + j', 'j'],
    ['-(i - j)', 'j - i'],
    ['-(-i)', 'i'],
    ['j + i + 2 + k + 3', 'i + j + k + 5'],
    ['2*(i + 3*(j + k)) - 6*k', 'i*2 + j*6'],
    ['(i + 1) * 4 - 4', 'i*4'],
    ['max(i, i)', 'i'],
    ['max(i, 20)', '20'],
    ['max(i + 10, j)', 'i + 10'],
    ['max(i, 0 - j)', 'i'],
    ['max(max(i, j), i)', 'max(i, j)'],
    ['where(i < 10, j, k)', 'j'],
    ['where(i < 3, j, j)', 'j'],
  ])
})

describe('quotients and remainders', () => {
  collapses({ i: 10, j: 8, k: 100, n: [-20, 20] }, [
    ['j // 8', '0'],
    ['j % 8', 'j'],
    ['(i*8 + j) // 8', 'i'],
    ['(i*8 + j) % 8', 'j'],
    ['(i*8 + j) // 4', 'i*2 + j//4'],
    ['(i*8 + j) % 4', 'j%4'],
    ['(i*8 + j) // 16', 'i//2'],
    ['(i*8 + j) % 16', 'i%2*8 + j'],
    ['(i*24 + j*3) // 3', 'i*8 + j'],
    ['(4*i + 8*k + 2) // 4', 'i + 2*k'],
    ['(4*i + 8*k + 2) % 4', '2'],
    ['(4*i + 6) // 4', 'i + 1'],
    ['(k//3) // 4', 'k//12'],
    ['(k%12) % 4', 'k%4'],
    ['(k%12) // 4', '(k//4) % 3'],
    ['(k//3%4) // 2', 'k//6%2'],
    ['(k//4)*4 + k%4', 'k'],
    ['(k//4%3)*4 + k%4', 'k%12'],
    ['(k//12)*12 + (k//4%3)*4 + k%4', 'k'],
    ['k - k//8*8', 'k%8'],
    ['k*3 - k//8*24', '(k%8)*3'],
    ['(n//4)*4 + n%4', 'n'],
    ['(n + 32) // 8', '(n + 24)//8 + 1'],
    ['(n + 32) // 8 - n//8', '4'],
    ['(n*8 + j) // 8', 'n'],
    ['(n*8 + j) % 8', 'j'],
    ['(n*8 + j - 8) // 8', 'n - 1'],
    ['(7 - j) // 8', '0'],
    ['(7 - j) // 4', '1 - j//4'],
    ['(7 - j) % 4', '3 - j%4'],
    ['(i*8 + 7 - j) // 8', 'i'],
    ['(i*8 + 7 - j) % 8', '7 - j'],
    ['(79 - i*8 - j) // 8', '9 - i'],
    ['k // (0-8)', '(k + 7) // 8 * (0-1)'],
    ['k // 0 + k % 0', '0'],
    ['(k//4 + i) // 2', '(k + i*4) // 8'],
    ['(k*7) % 7', '0'],
    ['(k*2 + 1) // 2', 'k'],
    ['(k*2 + 1) % 2', '1'],
    ['(i + k*15) % 5', 'i % 5'],
    ['(k % 20 * 3 + i) % 60 + 0*i', '(k*3 + i) % 60'],
    ['((k//10)*10 + k%10) // 10', 'k//10'],
    ['((k%50)//10*10 + k%10) % 10', 'k%10'],
    ['(k//2%5)*2 + k%2 + (k//10)*10', 'k'],
  ])
})

describe('reshape chains', () => {
  // i:6 j:4 as a flat 24, seen as 2×3×4, 3×8, 8×3 and so on, and back
  collapses({ i: 6, j: 4, a: 2, b: 3, c: 8 }, [
    ['(i*4 + j) // 12', 'i//3'],
    ['(i*4 + j) // 4 % 3', 'i%3'],
    ['((i*4 + j) // 12 * 3 + (i*4 + j) // 4 % 3) * 4 + (i*4 + j) % 4', 'i*4 + j'],
    ['(i*4 + j) // 8 * 8 + (i*4 + j) % 8', 'i*4 + j'],
    ['((i*4 + j) // 8 * 8 + (i*4 + j) % 8) // 4', 'i'],
    ['(i*4 + j) // 8', 'i//2'],
    ['((a*3 + b)*4 + j) // 12', 'a'],
    ['((a*3 + b)*4 + j) // 4 % 3', 'b'],
    ['((a*3 + b)*4 + j) // 4', 'a*3 + b'],
    ['((a*3 + b)*4 + j) % 12', 'b*4 + j'],
    ['(b*8 + c) // 4 // 2', 'b'],
    ['(b*8 + c) // 4', 'b*2 + c//4'],
    ['(b*8 + c) // 4 % 2', 'c//4'],
    ['((b*8 + c) // 3) * 3 + (b*8 + c) % 3', 'b*8 + c'],
    ['(((b*8 + c) // 3) * 3 + (b*8 + c) % 3) // 8', 'b'],
    ['(((b*8 + c) // 3) * 3 + (b*8 + c) % 3) % 8', 'c'],
    ['(((b*8 + c) // 6) * 6 + (b*8 + c) // 3 % 2 * 3 + (b*8 + c) % 3) % 8', 'c'],
    ['((b*8 + c) // 12 * 12 + (b*8 + c) % 12) // 8', 'b'],
    ['(c//4*4 + c%4) * 3 + b', 'c*3 + b'],
    ['(c//4*2 + c//2%2)*2 + c%2', 'c'],
  ])
})

describe('layouts', () => {
  // NHWC ↔ NCHW with N=2, C=3, H=4, W=5: the flat index of one layout taken apart, and put together as the other
  collapses({ n: 2, c: 3, h: 4, w: 5 }, [
    ['(((n*4 + h)*5 + w)*3 + c) // 60', 'n'],
    ['(((n*4 + h)*5 + w)*3 + c) // 15 % 4', 'h'],
    ['(((n*4 + h)*5 + w)*3 + c) // 3 % 5', 'w'],
    ['(((n*4 + h)*5 + w)*3 + c) % 3', 'c'],
    ['(((n*4 + h)*5 + w)*3 + c) // 3 % 20', 'h*5 + w'],
    ['(((n*3 + c)*4 + h)*5 + w) // 60', 'n'],
    ['(((n*3 + c)*4 + h)*5 + w) // 20 % 3', 'c'],
    ['(((n*3 + c)*4 + h)*5 + w) // 20', 'n*3 + c'],
    ['(((n*3 + c)*4 + h)*5 + w) % 20', 'h*5 + w'],
    ['(((n*3 + c)*4 + h)*5 + (4 - w)) // 5 % 4', 'h'],
    ['(((n*3 + c)*4 + (3 - h))*5 + w) // 5 % 4', '3 - h'],
  ])
})

describe('windows', () => {
  // o: output, k: tap of the window
  collapses({ o: 14, k: 2, t: 3, x: 28 }, [
    ['(o*2 + k) // 2', 'o'],
    ['(o*2 + k) % 2', 'k'],
    ['((o*2 + k) // 2 * 2 + (o*2 + k) % 2)', 'o*2 + k'],
    ['o*2 + k < 28', 'true'],
    ['o + t - 1 >= 0 & o + t - 1 < 14', 'o + t > 0 & o + t < 15'],
    ['o*2 + t < 28', 'o*2 + t < 28'],
    ['(o*2 + k) // 2 < 14', 'true'],
    ['x // 2 < 7', 'x < 14'],
    ['x // 2 >= 7', 'x >= 14'],
    ['(x - 3) // 2 < 5 & (x - 3) // 2 >= 0', 'x >= 3 & x < 13'],
    ['(x*2 + k) % 2 == 0', 'k < 1'],
    ['(o*4 + k*2) % 2 == 0', 'true'],
    ['(o*4 + k*2 + 1) % 2 == 0', 'false'],
    ['(x*3 + t) % 3 == 0', 't < 1'],
    ['(x*3 - t*3) % 3 == 0', 'true'],
    ['(x + t*28) % 28 == x', 'true'],
  ])
})

describe('comparisons and logic', () => {
  collapses({ i: 10, j: 4, n: [-9, 9] }, [
    ['i < 10', 'true'],
    ['i < 0', 'false'],
    ['i >= 0', 'true'],
    ['i + j < 13', 'true'],
    ['i < i', 'false'],
    ['i + 1 > i', 'true'],
    ['2*i < 7', 'i < 4'],
    ['4*i + j < 12', 'i < 3'],
    ['4*i + j < 13', 'i*4 + j < 13'],
    ['4*i + j >= 8', 'i >= 2'],
    ['4*i == 6', 'false'],
    ['8*i + 2*j == 3', 'false'],
    ['3*n == 6', 'n == 2'],
    ['n != n', 'false'],
    ['i - j < 3 & i - j < 5', 'i - j < 3'],
    ['n < 3 | n < 5', 'n < 5'],
    ['n < 3 | n >= 3', 'true'],
    ['n < 3 & n >= 3', 'false'],
    ['n < 3 & n > 1', 'n == 2'],
    ['n <= 5 & n != 5', 'n < 5'],
    ['n < 5 & (n < 5 | i < 2)', 'n < 5'],
    ['n < 5 & (n >= 5 | i < 2)', 'i < 2 & n < 5'],
    ['n < 5 | (n < 5 & i < 2)', 'n < 5'],
    ['(n < 3) != true', 'n >= 3'],
    ['(n < 3) == true', 'n < 3'],
    ['where(n < 3, true, i < 4)', 'i < 4 | n < 3'],
    ['n*2 < 0 - 3', 'n < 0 - 1'],
  ])
})

describe('under a condition', () => {
  const leaves = leavesNamed({ x: 40, k: 5, i: 10, j: 8 })
  it.each([
    ['(x - k) // 20', 'x >= k & x - k < 20', '0'],
    ['(x - k) % 20', 'x >= k & x - k < 20', 'x - k'],
    ['x - k < 20', 'x >= k & x - k < 20', 'true'],
    ['x - k + 3 < 0', 'x >= k', 'false'],
    ['max(x - k, 0)', 'x >= k', 'x - k'],
    ['where(x < 10, i, j)', 'x < 10', 'i'],
    ['where(x < 10, i, j)', 'x >= 20', 'j'],
    ['(i*8 + j) // 16', 'i < 2', '0'],
    ['i*4 + j', 'i == 3', 'j + 12'],
    ['i // 4', 'i + j < 4', '0'],
    ['(2*x - 2*k) // 40', 'x >= k & x - k < 20', '0'],
    ['x % 8', 'x >= 16 & x < 24', 'x - 16'],
  ])('%s given %s is %s', (left, condition, right) => {
    const raw = parse(left, leaves)
    const given = parse(condition, leaves)
    expect(infix(simplifyGiven(raw, given), leaves)).toBe(infix(simplifyIndex(parse(right, leaves)), leaves))
  })
})

describe('symbolic extents', () => {
  const n = variable('n', 1, 100)
  const m = variable('m', 1, 50)
  const i = range(m, 0, 'loop')
  const j = range(n, 1, 'loop')
  const leaves = new Map<string, UOp>([['n', n], ['m', m], ['i', i], ['j', j]])
  it.each([
    ['(i*n + j) // n', 'i'],
    ['(i*n + j) % n', 'j'],
    ['(i*n + j) // n * n + (i*n + j) % n', 'i*n + j'],
    ['(i*n*4 + j*4 + 3) // 4', 'i*n + j'],
    ['(i*n*4 + j*4 + 3) // (n*4)', 'i'],
    ['(i*n*4 + j*4 + 3) % (n*4)', 'j*4 + 3'],
    ['j // n', '0'],
    ['n // n', '1'],
    ['(n*m) // m', 'n'],
    ['j < n', 'true'],
    ['j + 1 > n', 'false'],
    ['i*n + j < n*m', 'true'],
    ['(n + 1) * (m - 1)', 'n*m - n + m - 1'],
    ['(n - 1 - j) // n', '0'],
  ])('%s → %s', (left, right) => {
    expect(infix(simplifyIndex(parse(left, leaves)), leaves)).toBe(infix(simplifyIndex(parse(right, leaves)), leaves))
  })
})

describe('data integers', () => {
  const i = range(10, 0, 'loop')
  const as = (u: UOp, dtype = dtypes.i32): UOp => uop('cast', dtype, [u])
  it('sees through arithmetic that cannot wrap', () => {
    const doubled = uop('mul', dtypes.i32, [as(i), uop('const', dtypes.i32, [], 2)])
    expect(simplifyIndex(as(doubled, dtypes.index))).toBe(simplifyIndex(uop('mul', dtypes.index, [i, indexConst(2)])))
  })
  it('leaves alone what can wrap', () => {
    const wide = as(range(300, 0, 'loop'), dtypes.u8)
    expect(simplifyIndex(as(wide, dtypes.index)).op).toBe('cast')
  })
})
