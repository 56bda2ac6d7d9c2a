import type { Contact, Dot, Hold } from './records.ts'

/** What a list shows for a contact; a conflict outweighs a refusal, a refusal outweighs waiting to be pushed. */
export function dotOf(
  contact: Readonly<Pick<Contact, 'link' | 'refusal' | 'conflicts' | 'hold' | 'toPushSince'>>,
): Dot {
  if (contact.hold !== undefined || (contact.conflicts !== undefined && contact.conflicts.length > 0)) return 'conflict'
  if (contact.refusal !== undefined) return 'red'
  if (contact.link === undefined) return 'none'
  return contact.toPushSince === undefined ? 'green' : 'orange'
}

/** Why the dot is red or asks a person, in words, and what they can do; empty when it needs nobody. */
export function whyOf(
  contact: Readonly<Pick<Contact, 'refusal' | 'conflicts' | 'hold'>>,
): Readonly<{ reason?: string; advice?: string }> {
  const { refusal, conflicts = [], hold } = contact
  if (hold !== undefined) return { reason: hold.reason, advice: adviceOn(hold) }
  if (conflicts.length > 0) {
    const slots = conflicts.map(({ slot }) => slot).join(', ')
    return {
      reason: `Both sides changed it since they last agreed: ${slots}`,
      advice: 'Decide which value stays, at the conflicts.',
    }
  }
  if (refusal === undefined) return {}
  return { reason: refusal.reason, ...(refusal.advice !== undefined && { advice: refusal.advice }) }
}

/** What a person can do about a contact that is held. */
export function adviceOn({ code }: Pick<Hold, 'code'>): string {
  // A newer version of Tandem may hold a contact for a reason that this one does not know.
  return Object.hasOwn(HOLD_ADVICE, code)
    ? HOLD_ADVICE[code]
    : 'Decide it in a few minutes, once all of Tandem knows what it is.'
}

const ONE_STAYS =
  'Decide which of the two contacts stays with the customer: unlink this one, or let it take the place of the other one. Whichever goes stays in the CRM alone.'

const HOLD_ADVICE: Readonly<Record<Hold['code'], string>> = {
  survivorTaken: ONE_STAYS,
  createdTaken: ONE_STAYS,
  recordGone: 'Unlink it: it stays in the CRM alone.',
}
