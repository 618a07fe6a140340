// Written by `npm run rules` from the rule families. Do not edit.
import type { Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { matchAdd } from './add.js'
import { matchAfter } from './after.js'
import { matchAnd } from './and.js'
import { matchBitcast } from './bitcast.js'
import { matchCast } from './cast.js'
import { matchConst } from './const.js'
import { matchContiguous } from './contiguous.js'
import { matchDetach } from './detach.js'
import { matchDiv } from './div.js'
import { matchEq } from './eq.js'
import { matchExp2 } from './exp2.js'
import { matchExpand } from './expand.js'
import { matchExtract } from './extract.js'
import { matchFlip } from './flip.js'
import { matchFloordiv } from './floordiv.js'
import { matchFloormod } from './floormod.js'
import { matchLoad } from './load.js'
import { matchLog2 } from './log2.js'
import { matchLt } from './lt.js'
import { matchMax } from './max.js'
import { matchMod } from './mod.js'
import { matchMul } from './mul.js'
import { matchMulacc } from './mulacc.js'
import { matchNe } from './ne.js'
import { matchNeg } from './neg.js'
import { matchOr } from './or.js'
import { matchPad } from './pad.js'
import { matchPermute } from './permute.js'
import { matchReciprocal } from './reciprocal.js'
import { matchReduceAxis } from './reduce_axis.js'
import { matchReshape } from './reshape.js'
import { matchShear } from './shear.js'
import { matchShl } from './shl.js'
import { matchShr } from './shr.js'
import { matchShrink } from './shrink.js'
import { matchSin } from './sin.js'
import { matchSqrt } from './sqrt.js'
import { matchStore } from './store.js'
import { matchSub } from './sub.js'
import { matchTrunc } from './trunc.js'
import { matchVectorize } from './vectorize.js'
import { matchWhere } from './where.js'
import { matchXor } from './xor.js'

/** The first built-in rule that applies to this node. */
export function matchBuiltin(u: UOp, fired?: Fired): UOp | undefined {
  switch (u.op) {
    case 'add': return matchAdd(u, fired)
    case 'after': return matchAfter(u, fired)
    case 'and': return matchAnd(u, fired)
    case 'bitcast': return matchBitcast(u, fired)
    case 'cast': return matchCast(u, fired)
    case 'const': return matchConst(u, fired)
    case 'contiguous': return matchContiguous(u, fired)
    case 'detach': return matchDetach(u, fired)
    case 'div': return matchDiv(u, fired)
    case 'eq': return matchEq(u, fired)
    case 'exp2': return matchExp2(u, fired)
    case 'expand': return matchExpand(u, fired)
    case 'extract': return matchExtract(u, fired)
    case 'flip': return matchFlip(u, fired)
    case 'floordiv': return matchFloordiv(u, fired)
    case 'floormod': return matchFloormod(u, fired)
    case 'load': return matchLoad(u, fired)
    case 'log2': return matchLog2(u, fired)
    case 'lt': return matchLt(u, fired)
    case 'max': return matchMax(u, fired)
    case 'mod': return matchMod(u, fired)
    case 'mul': return matchMul(u, fired)
    case 'mulacc': return matchMulacc(u, fired)
    case 'ne': return matchNe(u, fired)
    case 'neg': return matchNeg(u, fired)
    case 'or': return matchOr(u, fired)
    case 'pad': return matchPad(u, fired)
    case 'permute': return matchPermute(u, fired)
    case 'reciprocal': return matchReciprocal(u, fired)
    case 'reduce_axis': return matchReduceAxis(u, fired)
    case 'reshape': return matchReshape(u, fired)
    case 'shear': return matchShear(u, fired)
    case 'shl': return matchShl(u, fired)
    case 'shr': return matchShr(u, fired)
    case 'shrink': return matchShrink(u, fired)
    case 'sin': return matchSin(u, fired)
    case 'sqrt': return matchSqrt(u, fired)
    case 'store': return matchStore(u, fired)
    case 'sub': return matchSub(u, fired)
    case 'trunc': return matchTrunc(u, fired)
    case 'vectorize': return matchVectorize(u, fired)
    case 'where': return matchWhere(u, fired)
    case 'xor': return matchXor(u, fired)
  }
  return undefined
}
