import type { ApiAnswer } from '../local/cloud-fixture.ts'
import type { Workspace } from './world.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is what the tests look into.
type Body = any

interface Seen {
  readonly id: string
  readonly version: number
}

/** What a person does in the CRM of a workspace. Each throws when the API says anything but yes. */
export interface Crm {
  readonly create: (contact: object) => Promise<Body>
  readonly newJob: (parentId: string, fields: object) => Promise<Body>
  readonly read: (id: string) => Promise<Body>
  /** Edits a contact as it was seen: refused when it has moved since. */
  readonly edit: (seen: Seen, edit: object) => Promise<Body>
  readonly archive: (seen: Seen) => Promise<Body>
  /** Moves it under another one, or with null to the top. */
  readonly move: (seen: Seen, parentId: string | null) => Promise<Body>
  readonly settings: (changes: object) => Promise<Body>
  readonly history: (id: string) => Promise<readonly Body[]>
  readonly conflicts: () => Promise<readonly Body[]>
}

/** The CRM of a workspace, as its people use it. */
export function crmOf({ call, list }: Workspace): Crm {
  return {
    create: async (contact) => yes(await call('POST /contacts', { json: contact })),
    newJob: async (parentId, fields) => yes(await call(`POST /contacts/${parentId}/jobs`, { json: { fields } })),
    read: async (id) => yes(await call(`GET /contacts/${id}`)),
    edit: async ({ id, version }, edit) =>
      yes(await call(`PATCH /contacts/${id}`, { json: edit, headers: ifMatch(version) })),
    archive: async ({ id, version }) => yes(await call(`POST /contacts/${id}/archive`, { headers: ifMatch(version) })),
    move: async ({ id, version }, parentId) =>
      yes(await call(`POST /contacts/${id}/move`, { json: { parentId }, headers: ifMatch(version) })),
    settings: async (changes) => {
      const now = await call('GET /settings')
      const headers = { 'if-match': now.headers.get('etag') ?? '' }
      return yes(await call('PUT /settings', { json: { ...yes(now), ...changes }, headers }))
    },
    history: (id) => list(`/contacts/${id}/history?limit=200`),
    conflicts: () => list('/conflicts?limit=200'),
  }
}

/** The header that says which version somebody saw. */
export const ifMatch = (version: number): Readonly<Record<string, string>> => ({ 'if-match': `"${version}"` })

function yes({ status, body }: ApiAnswer): Body {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
