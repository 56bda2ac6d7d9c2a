import type { Contact } from './records.ts'

/**
 * The contact under another parent, or with undefined at the top. What lies below another one is a job; what comes to
 * the top is again what it was there, and a client where it never was at the top.
 */
export function placedUnder(contact: Contact, parentId: string | undefined): Contact {
  if (contact.parentId === parentId) return contact
  const { parentId: _parent, kindAtTop, ...kept } = contact
  if (parentId === undefined) return { ...kept, kind: kept.kind === 'job' ? (kindAtTop ?? 'client') : kept.kind }
  const wasAtTop = kept.kind === 'job' ? kindAtTop : kept.kind
  return { ...kept, parentId, kind: 'job', ...(wasAtTop === 'building' && { kindAtTop: wasAtTop }) }
}
