/** Every way Petagrad can refuse. A code is stable API; messages may improve. */
export type ErrorCode =
  | 'SHAPE_MISMATCH'
  | 'DTYPE_MISMATCH'
  | 'INVALID_ARGUMENT'
  | 'INDEX_OUT_OF_RANGE'
  | 'INVALID_DATA'
  | 'UNKNOWN_DEVICE'
  | 'DEVICE_UNAVAILABLE'
  | 'DEVICE_FAILED'
  | 'OUT_OF_MEMORY'
  | 'FILE_NOT_FOUND'
  | 'FILE_INVALID'
  | 'FILE_EXISTS'
  | 'COMPILE_FAILED'
  | 'UNSUPPORTED'
  | 'USE_AFTER_FREE'
  | 'NOT_DIFFERENTIABLE'
  | 'CAPTURE_INVALID'
  | 'IR_INVALID'
  | 'IR_PARSE'

/** What an error carries besides its sentence. Everything is optional; what is known is given. */
export interface ErrorDetails {
  readonly op?: string
  readonly shapes?: readonly (readonly (number | string)[])[]
  readonly dtypes?: readonly string[]
  /** What the user can do about it, as one sentence. */
  readonly hint?: string
  /** `file:line:column` in the user's code; found from the stack when left out. */
  readonly at?: string
  readonly cause?: unknown
}

/**
 * The one error family. `message` holds the sentence, the shapes, the user's line and the hint; `stack` holds the user's
 * frames, because those of an installed library say nothing to them; `fullStack` holds all.
 */
export class PetagradError extends Error {
  override readonly name = 'PetagradError'
  readonly at: string | undefined
  declare readonly fullStack: string

  constructor(
    readonly code: ErrorCode,
    sentence: string,
    readonly details: ErrorDetails = {},
  ) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause })
    const frames = deepFrames()
    this.at = details.at ?? userFrame(frames)
    const shapes = details.shapes?.map(s => `[${s.join(', ')}]`).join(' and ')
    this.message =
      (details.op ? `${details.op}: ` : '') +
      sentence +
      (shapes && !sentence.includes(shapes) ? ` (shapes ${shapes})` : '') +
      (details.dtypes?.length ? ` (dtypes ${details.dtypes.join(', ')})` : '') +
      (details.hint ? `. ${details.hint}` : '') +
      ` [${this.code}${this.at ? ` at ${this.at}` : ''}]`
    const title = `${this.name}: ${this.message}`
    this.stack = [title, ...frames.filter(f => !INSTALLED_FRAME.test(f))].join('\n')
    // Said by the message already: a console that prints the error does not say it again.
    Object.defineProperty(this, 'details', { enumerable: false })
    Object.defineProperty(this, 'fullStack', { value: [title, ...frames].join('\n'), enumerable: false })
  }
}

/** More frames than an error keeps by default: a graph is run many calls below the user's line. */
function deepFrames(): readonly string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 60
  const { stack } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  return (stack ?? '').split('\n').filter(line => line !== '' && !/^Error\b/.test(line) && !/\bdeepFrames\b|\bnew PetagradError\b/.test(line))
}

/** Frames of the library: a workspace `packages/NAME/(src|dist)`, an installed `petagrad` package, or Node itself. */
const LIBRARY_FRAME = /[/\\]packages[/\\][a-z-]+[/\\](src|dist)[/\\]|[/\\]node_modules[/\\](@petagrad[/\\]|petagrad[/\\])|node:|<anonymous>/

/** Frames of the library as it is installed. */
const INSTALLED_FRAME = /[/\\]packages[/\\][a-z-]+[/\\]dist[/\\]|[/\\]node_modules[/\\](@petagrad[/\\]|petagrad[/\\])|node:/

/** The first of these stack frames that is outside the library, as `file:line:column`. */
export function userFrame(frames: readonly string[] = deepFrames()): string | undefined {
  for (const line of frames) {
    const place = /\(?((?:file:\/\/|https?:\/\/|[A-Za-z]:[/\\]|\/)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place !== undefined && !LIBRARY_FRAME.test(place)) return place.replace('file://', '')
  }
  return undefined
}
