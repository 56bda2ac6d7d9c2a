import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type * as z from 'zod'

/** A small JSON document that only its owner can read. Without a folder it lives in memory. */
export interface StoredFile<Content> {
  readonly read: () => Content
  readonly write: (content: Content) => void
}

/**
 * Opens a document in a folder; `initial` makes it when it is not there yet.
 * Throws an Error that names the file when its content is not what `schema` says.
 */
export function openStoredFile<Content>(
  folder: string | undefined,
  name: string,
  schema: z.ZodType<Content>,
  initial: () => NoInfer<Content>,
): StoredFile<Content> {
  const path = folder === undefined ? undefined : join(folder, name)
  let content: Content
  const write = (next: Content): void => {
    content = next
    if (path === undefined) return
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Written beside and moved: a crash in between leaves the old keys, not half of the new ones.
    writeFileSync(`${path}.new`, JSON.stringify(next), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  const stored = path === undefined ? undefined : readIfThere(path)
  if (stored === undefined) {
    content = initial()
    write(content)
  } else {
    const parsed = schema.safeParse(JSON.parse(stored))
    if (!parsed.success) throw new Error(`${path} cannot be read; begin anew with --fresh.`)
    content = parsed.data
  }
  return { read: () => content, write }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
