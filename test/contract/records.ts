import type { Connection, Contact, Entity, JournalEntry, Mirror, Outcome, Run, TokenSet } from '#core/records'

const AT = '2026-11-01T08:00:00.000Z'

export function aMirror(id: string, name: string, changes: Partial<Mirror> = {}): Mirror {
  return {
    entity: 'customer',
    id,
    revision: '0',
    snapshot: { fields: { displayName: name, email: `${id}@example.com` }, active: true },
    fullName: name,
    level: 0,
    updatedAt: AT,
    raw: { Id: id, DisplayName: name, MetaData: { CreateTime: AT, LastUpdatedTime: AT } },
    contentHash: `content of ${name}`,
    rawHash: `raw of ${name}`,
    changedAt: AT,
    ...changes,
  }
}

export function aContact(id: string, name: string, changes: Partial<Contact> = {}): Contact {
  return {
    id,
    kind: 'client',
    isCustomer: true,
    fields: { displayName: name },
    archived: false,
    people: [],
    createdAt: AT,
    changedAt: AT,
    version: 1,
    ...changes,
  }
}

export function aLink(entity: Entity, recordId: string): NonNullable<Contact['link']> {
  return {
    entity,
    recordId,
    base: { fields: { displayName: 'Base' }, active: true },
    ownSpelling: { displayName: 'Base ', billAddress: { city: ' Bern' } },
    revision: '0',
    linkedAt: AT,
  }
}

export function anEntry(id: string, contactId: string, changes: Partial<JournalEntry> = {}): JournalEntry {
  return {
    id,
    at: AT,
    contactId,
    side: 'crm',
    actor: 'person-1',
    because: 'imported',
    changes: [{ field: 'displayName', to: 'New' }],
    ...changes,
  }
}

export function anOutcome(recordId: string, changes: Partial<Outcome> = {}): Outcome {
  return { recordId, kind: 'imported', name: `Record ${recordId}`, ...changes }
}

export function aRun(id: string, changes: Partial<Run> = {}): Run {
  return {
    id,
    kind: 'pull',
    status: 'queued',
    startedBy: 'person-1',
    startedAt: AT,
    progress: { rows: 0, pages: 0, calls: 0 },
    counts: {},
    state: {},
    movedAt: AT,
    version: 1,
    ...changes,
  }
}

export function aConnection(workspace: string, realmId: string, changes: Partial<Connection> = {}): Connection {
  return {
    workspace,
    realmId,
    status: 'connected',
    since: AT,
    connectedBy: 'person-1',
    connectedAt: AT,
    version: 1,
    ...changes,
  }
}

export function aTokenSet(mark: string): TokenSet {
  return {
    accessToken: `access-${mark}`,
    refreshToken: `refresh-${mark}`,
    accessExpiresAt: '2026-11-01T09:00:00.000Z',
    refreshExpiresAt: '2027-02-09T08:00:00.000Z',
  }
}
