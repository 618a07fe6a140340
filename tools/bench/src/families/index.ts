import type { Case } from '../case.js'
import { elementWise } from './element-wise.js'
import { integerProduct } from './integer-product.js'
import { movement } from './movement.js'
import { normalisations } from './normalisations.js'
import { products } from './products.js'
import { reductions } from './reductions.js'

/** Every case, in the order in which they are shown. */
export const cases: readonly Case[] = [
  ...products,
  ...integerProduct,
  ...elementWise,
  ...normalisations,
  ...reductions,
  ...movement,
]

export const casesByName: ReadonlyMap<string, Case> = new Map(cases.map(c => [c.name, c]))
