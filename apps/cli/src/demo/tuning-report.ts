import type { TuningOptions, TuningReport } from 'petagrad'

/** Says on stderr how far tuning is and what came of it: stdout is for results. */
export const tuningOnStderr: TuningOptions = {
  onProgress: state => console.error(`tuning: ${state}`),
  onTuned: report => console.error(tuningReport(report)),
}

/** One line for each kernel that got another schedule, and one for the rest. */
export function tuningReport({ kernels, untouched }: TuningReport): string {
  const changed = kernels.filter(k => k.schedule !== undefined)
  const lines = changed.map(k => {
    const [before, after] = [k.defaultNanoseconds, k.nanoseconds].map(ns => (ns / 1e3).toFixed(1))
    return `tuning: ${k.name}: ${before} us, now ${after} us`
  })
  const rest = [`the default schedule stays for ${kernels.length - changed.length}`, ...(untouched > 0 ? [`${untouched} were left as they are`] : [])]
  return [...lines, `tuning: ${changed.length} of ${kernels.length} kernels got another schedule; ${rest.join('; ')}`].join('\n')
}
