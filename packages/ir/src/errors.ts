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

/** The one error family. `message` holds the sentence, the shapes, the user's line and the hint. */
export class PetagradError extends Error {
  override readonly name = 'PetagradError'
  readonly at: string | undefined

  constructor(
    readonly code: ErrorCode,
    sentence: string,
    readonly details: ErrorDetails = {},
  ) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause })
    this.at = details.at ?? userFrame(this.stack)
    const shapes = details.shapes?.map(s => `[${s.join(', ')}]`).join(' and ')
    this.message =
      (details.op ? `${details.op}: ` : '') +
      sentence +
      (shapes && !sentence.includes(shapes) ? ` (shapes ${shapes})` : '') +
      (details.dtypes?.length ? ` (dtypes ${details.dtypes.join(', ')})` : '') +
      (details.hint ? ` ${details.hint}` : '') +
      ` [${this.code}${this.at ? ` at ${this.at}` : ''}]`
  }
}

/** Frames of the library: a workspace `packages/NAME/(src|dist)`, an installed `petagrad` package, or Node itself. */
const LIBRARY_FRAME = /[/\\]packages[/\\][a-z-]+[/\\](src|dist)[/\\]|[/\\]node_modules[/\\](@petagrad[/\\]|petagrad[/\\])|node:|<anonymous>/

/** The first stack frame outside the library, as `file:line:column`. */
export function userFrame(stack: string | undefined = new Error().stack): string | undefined {
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const place = /\(?((?:file:\/\/|https?:\/\/|[A-Za-z]:[/\\]|\/)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place !== undefined && !LIBRARY_FRAME.test(place)) return place.replace('file://', '')
  }
  return undefined
}
