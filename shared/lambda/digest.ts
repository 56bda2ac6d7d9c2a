import { createHash } from 'node:crypto'
import type { Digest } from '#sync/ports'

export const digest: Digest = {
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest('base64url'),
}
