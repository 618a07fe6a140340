import type { Jax, JaxArray, JaxArrays } from '../peers/jax-interface.js'

interface State {
  readonly parameters: JaxArrays
  readonly first: JaxArrays
  readonly second: JaxArrays
  /** β₁^t and β₂^t. */
  readonly decay: readonly [JaxArray, JaxArray]
}

const [rate, beta1, beta2, epsilon] = [1e-3, 0.9, 0.999, 1e-8]

/** A training step with Adam (Kingma and Ba 2015), as one compiled function that uses the state up and returns the next. */
export function jaxTraining(
  jax: Jax, initial: JaxArrays, batch: JaxArrays, lossOf: (parameters: JaxArrays, batch: JaxArrays) => JaxArray,
): () => JaxArray {
  const { numpy } = jax
  const train = jax.jit(({ state, batch }: { readonly state: State; readonly batch: JaxArrays }) => {
    const { parameters, first, second, decay } = state
    const [loss, gradients] = jax.valueAndGrad(p => lossOf(p, batch))(kept(parameters))
    const decay1 = decay[0].mul(beta1)
    const decay2 = decay[1].mul(beta2)
    const one = numpy.array(1)
    const step = numpy.array(rate).div(one.ref.sub(decay1.ref))
    const scale = one.ref.div(numpy.sqrt(one.sub(decay2.ref)))
    const m = mapped(first, (a, name) => a.mul(beta1).add(gradients[name].ref.mul(1 - beta1)))
    const v = mapped(second, (a, name) => a.mul(beta2).add(numpy.square(gradients[name]).mul(1 - beta2)))
    const moved = mapped(parameters, (a, name) =>
      a.sub(m[name].ref.mul(step.ref).div(numpy.sqrt(v[name].ref).mul(scale.ref).add(epsilon))))
    return { loss, state: { parameters: moved, first: m, second: v, decay: [decay1, decay2] as const } }
  })
  const zeros = (): JaxArrays => mapped(initial, a => numpy.zerosLike(a.ref))
  let state: State = { parameters: kept(initial), first: zeros(), second: zeros(), decay: [numpy.array(1), numpy.array(1)] }
  return () => {
    const next = train({ state, batch: kept(batch) })
    state = next.state
    return next.loss
  }
}

const mapped = (arrays: JaxArrays, change: (array: JaxArray, name: string) => JaxArray): JaxArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, change(array, name)]))

/** References to all of them: whoever takes these does not use the arrays up. */
const kept = (arrays: JaxArrays): JaxArrays => mapped(arrays, a => a.ref)
