import { createHash } from 'node:crypto'
import type { Clock, Ids } from '#sync/ports'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_DIGITS = 10
const COUNT_DIGITS = 16

/** The same ids in every run: shaped and sorted like ULIDs, with a count where those have randomness. */
export function createCountingIds(clock: Pick<Clock, 'now'>, seed = 'tandem'): Ids {
  let ids = 0
  let secrets = 0
  // A ULID sorts by time; a count that never starts anew keeps the order within one millisecond as well.
  return {
    next: () => digits(clock.now(), TIME_DIGITS) + digits(ids++, COUNT_DIGITS),
    secret: () => createHash('sha256').update(`${seed} ${secrets++}`).digest('base64url'),
  }
}

function digits(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = CROCKFORD.charAt(rest % 32) + text
  return text
}
