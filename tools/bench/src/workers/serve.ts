import { createInterface } from 'node:readline'
import type { TuningReport } from 'petagrad'
import { casesByName } from '../families/index.js'
import type { Case } from '../case.js'
import { sampleOf, type Answer, type Request } from '../protocol.js'

/** A case that is ready to run. */
export interface Runnable {
  /** Computes once and gives the result's values. */
  first(): Promise<ArrayLike<number | bigint>>
  /** Computes once; a promise where the library computes asynchronously. */
  step(): Promise<unknown> | undefined
  /** What tuning it came to, once it has been computed. */
  tuning?(): TuningReport | undefined
  /** Frees what the case holds. */
  end(): Promise<void>
}

export interface Library {
  readonly version: string
  /** Throws where the library cannot compute the case. */
  prepare(benchmark: Case): Promise<Runnable>
}

/** Answers requests on stdin until it ends. What a library prints goes to stderr: stdout is for answers. */
export async function serve(library: Library): Promise<void> {
  console.log = console.info = console.warn = console.error
  let current: Runnable | undefined
  const answer = async (request: Request): Promise<Answer> => {
    if (request.op === 'prepare') {
      await current?.end()
      current = undefined
      const benchmark = casesByName.get(request.case)
      if (benchmark === undefined) return { error: `no case is called ${request.case}` }
      current = await library.prepare(benchmark)
      const sample = sampleOf(await current.first())
      return { sample, version: library.version, tuning: current.tuning?.() }
    }
    if (current === undefined) return { error: 'no case is prepared' }
    return { times: await time(current, request.samples, request.iterations) }
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request // the benchmark wrote it
    const said = await answer(request).catch((error: unknown): Answer => ({ error: messageOf(error) }))
    process.stdout.write(JSON.stringify(said) + '\n')
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A step that computes at once is not awaited: a turn of the event loop is no part of it. */
async function time({ step }: Runnable, samples: number, iterations: number): Promise<number[]> {
  const times: number[] = []
  await step() // others have used the caches meanwhile
  for (let sample = 0; sample < samples; sample++) {
    const start = performance.now()
    for (let i = 0; i < iterations; i++) {
      const running = step()
      if (running !== undefined) await running
    }
    times.push((performance.now() - start) / iterations)
  }
  return times
}
