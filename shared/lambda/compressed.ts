import { gzipSync } from 'node:zlib'
import type { Document } from '#http/use-cases'

/** A document in both of its forms; compressed once for all who ask this process. */
export function compressed(document: unknown): Document {
  const plain = JSON.stringify(document)
  return { plain, gzipped: gzipSync(plain, { level: 9 }).toString('base64') }
}
