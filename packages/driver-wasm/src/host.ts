/** The number of threads that this machine runs at once; 1 where it does not say. */
export async function hostThreads(): Promise<number> {
  if (typeof navigator === 'object' && navigator.hardwareConcurrency > 0) return navigator.hardwareConcurrency
  try {
    const name = 'node:os' // a variable, so that browser bundlers do not try to resolve it
    const os = (await import(/* @vite-ignore */ name)) as typeof import('node:os') // by its name
    return os.availableParallelism()
  } catch {
    return 1
  }
}
