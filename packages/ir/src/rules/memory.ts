import { p, rule } from '../rewrite/pattern.js'
import { load, store } from '../uop.js'

/** Gates that are known, and ordering that orders nothing. */
export const memory = [
  rule('load-open', p.oneOf(['load'], p.any('from'), p.any('other'), p.constant(true)).as('u'),
    ({ from, u }) => load(from, undefined, u.dtype.lanes)), // load(a, x, true) -> load(a)
  rule('load-closed', p.oneOf(['load'], p.any('from'), p.any('other'), p.constant(false)), ({ other }) => other), // load(a, x, false) -> x
  rule('store-open', p.oneOf(['store'], p.any('to'), p.any('value'), p.constant(true)),
    ({ to, value }) => store(to, value)), // store(a, x, true) -> store(a, x)
  rule('after-nothing', p.oneOf(['after'], p.any('x')), ({ x }) => x), // after(x) -> x
]
