import { PetagradError, Tensor } from '@petagrad/tensor'

/** What all optimisers share: the parameters, the learning rate as state, and saving. */
abstract class Optimizer {
  private readonly targets: readonly (readonly [string, Tensor])[]
  /** A tensor, so that a captured step sees changes; see `setLearningRate`. */
  readonly learningRate: Tensor

  constructor(parameters: ReadonlyMap<string, Tensor>, learningRate: number) {
    if (parameters.size === 0) throw new PetagradError('INVALID_ARGUMENT', 'there are no parameters to optimise')
    if (!(learningRate >= 0)) throw new PetagradError('INVALID_ARGUMENT', `${learningRate} is no learning rate`)
    this.targets = [...parameters]
    this.learningRate = Tensor.from([learningRate])
  }

  /** Assigns the next value of every parameter that has a gradient; they take effect together, with the next realisation. */
  abstract step(): void

  /** Tensors to save for going on where the optimiser is, by name; `stateDict` and `loadStateDict` use them. */
  abstract buffers(): Map<string, Tensor>

  zeroGrad(): void {
    for (const [, parameter] of this.targets) parameter.zeroGrad()
  }

  /** Takes effect with the next step, captured or not. */
  async setLearningRate(value: number): Promise<void> {
    await this.learningRate.write([value])
  }

  protected graded(): readonly { readonly name: string; readonly parameter: Tensor; readonly gradient: Tensor }[] {
    const found = this.targets.flatMap(([name, parameter]) => {
      const gradient = parameter.grad?.detach()
      return gradient === undefined ? [] : [{ name, parameter, gradient }]
    })
    if (found.length === 0) throw new PetagradError('INVALID_ARGUMENT', 'no parameter has a gradient', { op: 'step', hint: 'Call loss.backward() first.' })
    return found
  }

  /** State of the parameters' shapes and dtypes, of zeros. */
  protected zerosLikeParameters(): ReadonlyMap<string, Tensor> {
    return new Map(this.targets.map(([name, p]) => [name, Tensor.zeros(p.shape, { dtype: p.dtype }).store()]))
  }
}

export interface SGDOptions {
  readonly learningRate?: number
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly weightDecay?: number
}

/** Stochastic gradient descent, with momentum as in Sutskever et al. 2013 (PyTorch's form). */
export class SGD extends Optimizer {
  private readonly velocity: ReadonlyMap<string, Tensor>

  constructor(parameters: ReadonlyMap<string, Tensor>, private readonly options: SGDOptions = {}) {
    super(parameters, options.learningRate ?? 0.01)
    this.velocity = options.momentum ? this.zerosLikeParameters() : new Map()
  }

  override step(): void {
    const { momentum = 0, nesterov = false, weightDecay = 0 } = this.options
    for (const { name, parameter, gradient } of this.graded()) {
      const decayed = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay))
      const velocity = this.velocity.get(name)
      let direction = decayed
      if (velocity !== undefined) {
        const next = velocity.mul(momentum).add(decayed)
        velocity.assign(next)
        direction = nesterov ? decayed.add(next.mul(momentum)) : next
      }
      parameter.assign(parameter.sub(direction.mul(this.learningRate.cast(parameter.dtype))))
    }
  }

  override buffers(): Map<string, Tensor> {
    return new Map([['learning_rate', this.learningRate], ...[...this.velocity].map(([n, t]) => [`${n}.velocity`, t] as const)])
  }
}

export interface AdamOptions {
  readonly learningRate?: number
  readonly betas?: readonly [number, number]
  readonly epsilon?: number
  readonly weightDecay?: number
}

/** Kingma and Ba 2015. Weight decay is added to the gradient. */
export class Adam extends Optimizer {
  private readonly first: ReadonlyMap<string, Tensor>
  private readonly second: ReadonlyMap<string, Tensor>
  /** β₁^t and β₂^t, which the corrections of the averages' bias need: state, so that replays move on. */
  private readonly decay: readonly [Tensor, Tensor]

  constructor(parameters: ReadonlyMap<string, Tensor>, protected readonly options: AdamOptions = {}) {
    super(parameters, options.learningRate ?? 0.001)
    this.first = this.zerosLikeParameters()
    this.second = this.zerosLikeParameters()
    this.decay = [Tensor.from([1]), Tensor.from([1])]
  }

  /** AdamW (Loshchilov and Hutter 2019) shrinks the weights themselves instead. */
  protected get decoupled(): boolean { return false }

  override step(): void {
    const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = this.options
    const [decay1, decay2] = [this.decay[0].mul(beta1), this.decay[1].mul(beta2)]
    // θ - lr/(1 - β₁^t) · m / (√(v/(1 - β₂^t)) + ε), the factors of all elements computed once.
    const rate = this.learningRate.div(decay1.neg().add(1))
    const scale = decay2.neg().add(1).rsqrt()
    for (const { name, parameter, gradient } of this.graded()) {
      const [first, second] = [this.first.get(name), this.second.get(name)]
      if (first === undefined || second === undefined) continue
      const coupled = weightDecay === 0 || this.decoupled ? gradient : gradient.add(parameter.mul(weightDecay))
      const m = first.mul(beta1).add(coupled.mul(1 - beta1))
      const v = second.mul(beta2).add(coupled.square().mul(1 - beta2))
      const change = m.mul(rate.cast(m.dtype)).div(v.sqrt().mul(scale.cast(v.dtype)).add(epsilon))
      const shrink = this.learningRate.mul(weightDecay).cast(m.dtype)
      const kept = weightDecay !== 0 && this.decoupled ? parameter.sub(parameter.mul(shrink)) : parameter
      parameter.assign(kept.sub(change))
      first.assign(m)
      second.assign(v)
    }
    this.decay[0].assign(decay1)
    this.decay[1].assign(decay2)
  }

  override buffers(): Map<string, Tensor> {
    return new Map([
      ['learning_rate', this.learningRate], ['decay1', this.decay[0]], ['decay2', this.decay[1]],
      ...[...this.first].map(([n, t]) => [`${n}.first`, t] as const),
      ...[...this.second].map(([n, t]) => [`${n}.second`, t] as const),
    ])
  }
}

export class AdamW extends Adam {
  constructor(parameters: ReadonlyMap<string, Tensor>, options: AdamOptions = {}) {
    super(parameters, { weightDecay: 0.01, ...options })
  }

  protected override get decoupled(): boolean { return true }
}
