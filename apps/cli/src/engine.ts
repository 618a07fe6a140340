import { setFlagsFromString } from 'node:v8'

/**
 * Lets V8 wait eight times as long as usual before it optimises a function. A command's JavaScript compiles kernels, once
 * each, and the kernels do the rest: optimising it costs V8 more than it gains, and on one core takes twice the time of the
 * compilation itself away from it. Flags are the process's, so this is for the command and not for the library.
 */
export const optimiseLater = (): void => setFlagsFromString('--interrupt-budget=540000')
