export { createCpuDevice, probeCpu, type CpuDevice, type CpuOptions } from './device.js'
export type { CpuTarget } from './target.js'
