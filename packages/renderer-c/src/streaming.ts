import { dtypes, vector, type DType } from '@petagrad/ir/graph'
import { call, type Expression, type Prelude } from '@petagrad/renderer'
import type { CTarget } from './target.js'
import { typeName, unalignedType } from './types.js'

/** gcc's builtins, by bytes of the vector; clang has one for every type. */
const GCC: Readonly<Record<number, string>> = { 16: '__builtin_ia32_movntps', 32: '__builtin_ia32_movntps256', 64: '__builtin_ia32_movntps512' }

/** A store that passes the caches by. The instruction wants a whole aligned vector; elsewhere the store is a plain one. */
export function streamVector(target: CTarget, pointer: Expression, value: Expression, dtype: DType, prelude: Prelude): string {
  const name = prelude.require(`stream_${dtype.name}`, () => {
    const bytes = (dtype.bits / 8) * dtype.lanes
    const [type, scalar, memory] = [typeName(dtype, prelude), typeName(dtype.scalar, prelude), unalignedType(dtype, prelude)]
    const [f32, floats] = [dtypes.f32, vector(dtypes.f32, bytes / 4)].map(d => typeName(d, prelude))
    const past = target.compiler === 'clang' ? `__builtin_nontemporal_store(x, (${type} *)p)` : `${GCC[bytes]}((${f32} *)p, (${floats})x)`
    return [
      `static inline void stream_${dtype.name}(${scalar} *p, ${type} x) {`,
      `  if (((unsigned long long)p & ${bytes - 1}) == 0) ${past};`,
      `  else *(${memory} *)p = x;`,
      '}',
    ].join('\n')
  })
  return `${call(name, pointer, value).text};`
}

/** Makes streamed stores visible to other threads before whatever the kernel's caller publishes. */
export const streamFence = '__builtin_ia32_sfence();'
