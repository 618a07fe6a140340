import { PetagradError } from '../errors.js'

/** Reads tokens off a text and knows where it stands. Spaces and `;` comments are skipped within a line. */
export class Scanner {
  private at = 0

  constructor(private readonly text: string) {}

  /** IR_PARSE at the present place. */
  fail(sentence: string): never {
    const before = this.text.slice(0, this.at)
    const line = before.split('\n').length
    const column = this.at - before.lastIndexOf('\n')
    throw new PetagradError('IR_PARSE', `line ${line}, column ${column}: ${sentence}`)
  }

  /** The text that a sticky pattern matches here, consumed; undefined if it does not. */
  take(pattern: RegExp): string | undefined {
    this.skip(BLANKS)
    return this.skip(pattern)
  }

  /** The same, where nothing else may stand. */
  need(pattern: RegExp, what: string): string {
    return this.take(pattern) ?? this.fail(`${what} is needed here`)
  }

  /** Whether the text has been read to its end, empty lines aside. */
  atEnd(): boolean {
    this.skip(EMPTY_LINES)
    return this.at >= this.text.length
  }

  private skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    this.at += found?.length ?? 0
    return found
  }
}

const BLANKS = /[ \t]*(?:;[^\n]*)?/y
const EMPTY_LINES = /(?:[ \t\r]*(?:;[^\n]*)?\n)*[ \t\r]*(?:;[^\n]*)?/y
