import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Ids } from '#sync/ports'

const OAUTH_STATE_BYTES = 32

/** ULIDs that sort by time of creation, also those of one millisecond, and random secrets. */
export function createIds(): Ids {
  const next = monotonicFactory()
  return {
    next: () => next(),
    secret: () => randomBytes(OAUTH_STATE_BYTES).toString('base64url'),
  }
}
