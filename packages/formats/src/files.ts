import { PetagradError } from '@petagrad/ir/graph'

/** Bytes that can be read in parts: a file, or memory. */
export interface ByteSource {
  /** As errors call it. */
  readonly name: string
  readonly size: number
  /** Exactly the bytes [start, end), in memory of their own. */
  read(start: number, end: number): Promise<Uint8Array>
  close(): Promise<void>
}

export function memorySource(bytes: Uint8Array, name = 'the data'): ByteSource {
  return { name, size: bytes.length, read: async (start, end) => bytes.slice(start, end), close: async () => undefined }
}

/** Opens a file of this machine (Node, Bun, Deno). FILE_NOT_FOUND where there is none, FILE_INVALID for a directory. */
export async function openFile(path: string): Promise<ByteSource> {
  const { open } = await nodeFiles()
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw fileError(path, cause)
  })
  const stat = await handle.stat()
  if (!stat.isFile()) {
    await handle.close()
    throw new PetagradError('FILE_INVALID', `${path} is not a file`)
  }
  return {
    name: path,
    size: stat.size,
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start)
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done)
        if (bytesRead === 0) throw new PetagradError('FILE_INVALID', `${path} ended at byte ${start + done} while it was read`)
        done += bytesRead
      }
      return bytes
    },
    close: () => handle.close(),
  }
}

export interface ReplaceOptions {
  /** Default true; else an existing file is FILE_EXISTS. */
  readonly overwrite?: boolean
}

/**
 * Writes a file as a whole: into a new file beside it, which takes its place once everything is on disk. Whatever goes
 * wrong before, the old file stays as it was.
 */
export async function replaceFile(path: string, parts: AsyncIterable<Uint8Array>, options: ReplaceOptions = {}): Promise<void> {
  const { open, rename, rm, link } = await nodeFiles()
  const temporary = `${path}.${Date.now().toString(36)}${Math.random().toString(36).slice(2)}.part`
  const handle = await open(temporary, 'wx').catch((cause: unknown) => {
    throw fileError(path, cause)
  })
  try {
    try {
      for await (const part of parts) {
        for (let done = 0; done < part.length; ) done += (await handle.write(part, done, part.length - done)).bytesWritten
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (options.overwrite ?? true) await rename(temporary, path)
    else {
      // A link, unlike a rename, fails where something is already.
      await link(temporary, path)
      await rm(temporary)
    }
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause instanceof PetagradError ? cause : fileError(path, cause)
  }
}

async function nodeFiles(): Promise<typeof import('node:fs/promises')> {
  try {
    return await import('node:fs/promises')
  } catch (cause) {
    throw new PetagradError('UNSUPPORTED', 'there are no files here', { cause, hint: 'In a browser, pass the bytes instead of a path.' })
  }
}

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '')

function fileError(path: string, cause: unknown): PetagradError {
  switch (codeOf(cause)) {
    case 'ENOENT': case 'ENOTDIR': return new PetagradError('FILE_NOT_FOUND', `${path} does not exist`, { cause })
    case 'EEXIST': return new PetagradError('FILE_EXISTS', `${path} exists already`, { cause, hint: 'Pass { overwrite: true } to replace it.' })
    case 'EISDIR': return new PetagradError('FILE_INVALID', `${path} is a directory`, { cause })
    default: return new PetagradError('FILE_INVALID', `${path} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
