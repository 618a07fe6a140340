import { dtypes, PetagradError, shapeOf } from '@petagrad/ir/graph'
import { broadcastTo, cast, mul, mulScalar, reciprocal, reshape, select, sub, sumAxes, zerosLike } from './build.js'
import { ContractionOps } from './contraction.js'
import { axisOf, type TensorCore } from './core.js'
import { exp } from './elementary.js'
import type { TypedArray } from './host-data.js'
import { checkIndices, isClass } from './indexing.js'
import { positions } from './movement.js'
import { floatOf } from './promotion.js'
import { logsumexp, shiftOf } from './reduce.js'
import { hostValues } from './storage.js'
import type { Tensor } from './tensor.js'

export interface CrossEntropyOptions {
  /** Weight of the label that is spread evenly over all classes (Szegedy et al. 2016); default 0. */
  readonly labelSmoothing?: number
}

export interface AttentionOptions {
  /** Query t sees keys up to t only. */
  readonly causal?: boolean
  /** Added to the scores where it is a float; where it is bool, false hides a key. Broadcasts to [..., queries, keys]. */
  readonly mask?: TensorCore
  /** Default 1/√depth. */
  readonly scale?: number
}

/** What networks are made of: normalised exponentials, normalisation, losses, attention. */
export abstract class NeuralOps extends ContractionOps {
  softmax(axis = -1): Tensor {
    const a = [axisOf('softmax', axis, this.rank)]
    const x = cast(this.uop, floatOf(this.dtype))
    const e = exp(sub(x, broadcastTo(shiftOf(x, a), shapeOf(x))))
    return this.derive(mul(e, broadcastTo(reciprocal(sumAxes(e, a)), shapeOf(x))))
  }

  logSoftmax(axis = -1): Tensor {
    const a = [axisOf('logSoftmax', axis, this.rank)]
    const x = cast(this.uop, floatOf(this.dtype))
    return this.derive(sub(x, broadcastTo(logsumexp(x, a), shapeOf(x))))
  }

  /** Normalised over the last `weight.rank` dimensions (by default the last one), then scaled and shifted. */
  layerNorm(weight?: TensorCore, bias?: TensorCore, epsilon = 1e-5): Tensor {
    const rank = weight?.rank ?? 1
    const x = this.derive(cast(this.uop, floatOf(this.dtype)))
    const axes = x.shape.map((_, i) => i).slice(-rank)
    for (const p of [weight, bias]) {
      if (p !== undefined && !axes.every((a, i) => p.shape[i] === x.shape[a] && p.rank === rank)) {
        throw new PetagradError('SHAPE_MISMATCH', 'the parameters do not fit the last dimensions', { op: 'layerNorm', shapes: [this.shape, p.shape] })
      }
    }
    const centred = x.sub(x.mean(axes, { keepDims: true }))
    const scale = centred.square().mean(axes, { keepDims: true }).add(epsilon).rsqrt()
    const normal = centred.mul(scale)
    const scaled = weight === undefined ? normal : normal.mul(weight)
    return bias === undefined ? scaled : scaled.add(bias)
  }

  /** Divided by the root mean square of the last dimension, then scaled. */
  rmsNorm(weight?: TensorCore, epsilon = 1e-5): Tensor {
    const x = this.derive(cast(this.uop, floatOf(this.dtype)))
    const normal = x.mul(x.square().mean(-1, { keepDims: true }).add(epsilon).rsqrt())
    return weight === undefined ? normal : normal.mul(weight)
  }

  /** [batch, channels, ...] with statistics, scale and shift for each channel. */
  batchNorm(mean: TensorCore, variance: TensorCore, weight?: TensorCore, bias?: TensorCore, epsilon = 1e-5): Tensor {
    const perChannel = (t: TensorCore): Tensor => {
      if (t.size !== this.shape[1]) throw new PetagradError('SHAPE_MISMATCH', 'one value for each channel is needed', { op: 'batchNorm', shapes: [this.shape, t.shape] })
      return this.derive(reshape(t.uop, this.shape.map((d, i) => (i === 1 ? d : 1))))
    }
    const scale = perChannel(variance).add(epsilon).rsqrt()
    const normal = this.sub(perChannel(mean)).mul(weight === undefined ? scale : scale.mul(perChannel(weight)))
    return bias === undefined ? normal : normal.add(perChannel(bias))
  }

  /**
   * Mean negative log-likelihood of integer labels: this is [..., classes], `labels` [...]. Labels known on the host are
   * checked: INVALID_DATA for NaN, INDEX_OUT_OF_RANGE for a class that does not exist.
   */
  crossEntropy(labels: TensorCore, options: CrossEntropyOptions = {}): Tensor {
    const shape = this.shape
    const classes = shape[shape.length - 1]
    const fits = this.rank > 0 && labels.rank === this.rank - 1 && labels.shape.every((d, i) => d === shape[i])
    if (!fits) {
      throw new PetagradError('SHAPE_MISMATCH', 'labels do not fit the scores', {
        op: 'crossEntropy', shapes: [shape, labels.shape], hint: 'Scores are [..., classes], labels [...].',
      })
    }
    refuseNaN('crossEntropy', hostValues(labels.uop))
    checkIndices('crossEntropy', labels, classes)
    const x = cast(this.uop, floatOf(this.dtype))
    const last = [shape.length - 1]
    const spread = options.labelSmoothing ?? 0
    if (!(spread >= 0 && spread <= 1)) throw new PetagradError('INVALID_ARGUMENT', `labelSmoothing ${spread} is outside of [0, 1]`, { op: 'crossEntropy' })
    const elsewhere = spread === 0 ? zerosLike(x) : mulScalar(x, spread / classes)
    const chosen = sumAxes(select(isClass(labels.uop, classes), mulScalar(x, 1 - spread + spread / classes), elsewhere), last)
    const losses = sub(logsumexp(x, last), chosen)
    return this.derive(reshape(mulScalar(sumAxes(losses, shape.map((_, i) => i)), 1 / labels.size), []))
  }

  /** Mean squared difference. */
  mse(target: TensorCore): Tensor {
    if (this.rank !== target.rank || this.shape.some((d, i) => d !== target.shape[i])) {
      throw new PetagradError('SHAPE_MISMATCH', 'prediction and target differ in shape', { op: 'mse', shapes: [this.shape, target.shape] })
    }
    return this.sub(target).square().mean()
  }

  /** Mean of -(t·log p + (1 - t)·log(1 - p)) with p = sigmoid(this), from the scores so that nothing overflows. */
  binaryCrossEntropyWithLogits(target: TensorCore): Tensor {
    return this.softplus().sub(this.mul(target)).mean()
  }

  /** Attention of queries (this) [..., queries, depth] to keys [..., keys, depth] and values [..., keys, width]: [..., queries, width]. */
  scaledDotProductAttention(keys: TensorCore, values: TensorCore, options: AttentionOptions = {}): Tensor {
    if (this.rank < 2 || keys.rank < 2 || values.rank < 2) {
      throw new PetagradError('SHAPE_MISMATCH', 'attention needs matrices', { op: 'scaledDotProductAttention', shapes: [this.shape, keys.shape, values.shape] })
    }
    const depth = this.shape[this.rank - 1]
    let scores = this.mul(options.scale ?? 1 / Math.sqrt(depth)).matmul(this.derive(keys.uop).transpose())
    const hide = (visible: TensorCore): Tensor => scores.where(visible, -Infinity)
    if (options.causal) scores = hide(this.causalMask(scores.shape[scores.rank - 2], scores.shape[scores.rank - 1]))
    if (options.mask !== undefined) scores = options.mask.dtype === dtypes.bool ? hide(options.mask) : scores.add(options.mask)
    return scores.softmax().matmul(values)
  }

  /** [queries, keys]: whether the key is not after the query, the last ones of both being aligned. */
  private causalMask(queries: number, keys: number): Tensor {
    const shape = [queries, keys]
    return this.derive(positions(1, shape)).le(this.derive(positions(0, shape)).add(keys - queries))
  }
}

function refuseNaN(op: string, values: TypedArray | undefined): void {
  values?.forEach((v: number | bigint, i: number) => {
    if (typeof v === 'number' && Number.isNaN(v)) throw new PetagradError('INVALID_DATA', `NaN at position ${i} is no label`, { op })
  })
}
