import type { Case } from '../case.js'
import { attention } from './attention.js'
import { convnet } from './convnet.js'
import { convolutions } from './convolutions.js'
import { elementWise } from './element-wise.js'
import { integerProduct } from './integer-product.js'
import { mlp } from './mlp.js'
import { movement } from './movement.js'
import { normalisations } from './normalisations.js'
import { order } from './order.js'
import { products } from './products.js'
import { reductions } from './reductions.js'

/** Every case, in the order in which they are shown. */
export const cases: readonly Case[] = [
  ...products,
  ...integerProduct,
  ...elementWise,
  ...normalisations,
  ...convolutions,
  ...attention,
  ...reductions,
  ...movement,
  ...order,
  ...mlp,
  ...convnet,
]

export const casesByName: ReadonlyMap<string, Case> = new Map(cases.map(c => [c.name, c]))
