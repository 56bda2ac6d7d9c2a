import { changedSlots } from '#core/contact-edit'
import { dotOf } from '#core/dots'
import { timesAfter } from '#core/newest'
import type { Contact, Entity, Fields, JsonObject, Snapshot, SourceRecord } from '#core/records'
import { contactSnapshot, withoutEmpty } from '#core/snapshots'
import { createMemoryPortsOn } from '#memory/ports'
import { createQuickBooks } from '#quickbooks/client'
import { createConsent } from '#quickbooks/oauth'
import type { Clock, Company, Ports } from '#sync/ports'
import { type DrainEnd, drainPush } from '#sync/push'
import { changedAmong } from '#sync/store-records'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { createVirtualClock } from '../../local/quickbooks/clock.ts'
import type { Outcome } from '../../local/quickbooks/company/bookkeeper.ts'
import type { FaultKind, FaultRule } from '../../local/quickbooks/gateway/faults.ts'
import { createSimulator } from '../../local/quickbooks/simulator.ts'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'

export const WORKSPACE = 'workspace-1'
export const PERSON = 'person-1'
const REALM = '9341452000000077'
const START = Date.parse('2026-11-23T10:00:00.000Z')
export const MINUTE_MS = 60_000
export const DAY_MS = 24 * 60 * MINUTE_MS

const NAMES = { customer: 'Customer', vendor: 'Vendor' } as const

export type Values = { readonly [K in keyof Fields]?: Fields[K] | undefined }

/** Changes what a write sends, as a QuickBooks that silently drops or changes a value would. */
export type Tamper = (content: Snapshot) => Snapshot

/**
 * The ports in memory, and the QuickBooks simulator with its real limits behind the real client, on one clock that
 * moves when somebody sleeps: the writes go one after the other, so that whoever sleeps is who everybody waits for.
 */
export async function createPushWorld(
  switches: SwitchOverrides = {},
  timeoutMs?: number,
  currencies: readonly string[] = [],
) {
  const time = createVirtualClock(START)
  const clock: Clock = {
    now: time.now,
    sleep: async (ms) => {
      const until = time.now() + ms
      await new Promise((resolve) => setImmediate(resolve))
      if (until > time.now()) time.advance(until - time.now())
    },
  }
  const simulator = createSimulator({
    clock: time,
    switches,
    companies: [{ realmId: REALM, kind: 'empty', name: 'Craig’s Design', currencies }],
  })
  const listening = await simulator.listen({ port: 0 })
  const wire = { environment: 'sandbox', simulatorUrl: listening.url } as const
  const { clientId } = DEFAULT_APP
  let tamper: Tamper = (content) => content
  const online = createQuickBooks({ ...wire, timeoutMs })
  const ports = {
    ...createMemoryPortsOn(clock),
    quickbooks: {
      open: (...args: Parameters<Ports['quickbooks']['open']>) =>
        tampered(online.open(...args), (content) => tamper(content)),
    },
    consent: createConsent({ ...wire, credentials: async () => DEFAULT_APP, redirectUri: '', clock }),
  }
  const found = simulator.companies.find(REALM)
  if (found === undefined) throw new Error('The simulator has no such company.')
  const books = found
  await connect()

  async function connect(): Promise<void> {
    const { accessToken, expiresIn, refreshExpiresIn, grant } = simulator.modules.oauth.grant(clientId, REALM)
    const now = at()
    const before = await ports.connections.get(WORKSPACE)
    await ports.connections.connect(
      {
        workspace: WORKSPACE,
        realmId: REALM,
        status: 'connected',
        since: now,
        connectedBy: PERSON,
        connectedAt: now,
        gapFreeSince: now,
        version: 0,
      },
      {
        accessToken,
        refreshToken: grant.refreshToken,
        accessExpiresAt: new Date(time.now() + expiresIn * 1_000).toISOString(),
        refreshExpiresAt: new Date(time.now() + refreshExpiresIn * 1_000).toISOString(),
      },
      before?.version,
    )
  }
  function at(): string {
    return new Date(time.now()).toISOString()
  }
  /** Reads without limits, tokens or counts, for what a pull would have brought. */
  const reader = online.open(REALM, {
    token: async () => simulator.modules.oauth.grant(clientId, REALM).accessToken,
    renew: async (token) => token,
    enter: async () => time.advance(1_500),
    sent: () => undefined,
  })
  async function pullIn(entity: Entity, ids: readonly string[]): Promise<readonly SourceRecord[]> {
    const { records } = await reader.byIds(entity, ids)
    await ports.mirrors.put(WORKSPACE, await changedAmong(ports, WORKSPACE, entity, records))
    return records
  }
  async function contact(id: string): Promise<Contact> {
    const stored = await ports.contacts.get(WORKSPACE, id)
    if (stored === undefined) throw new Error(`There is no contact ${id}.`)
    return stored
  }
  /** A contact for a record that is there, which agrees with it. */
  async function link(recordId: string, parentId?: string, entity: Entity = 'customer'): Promise<string> {
    const [record] = await pullIn(entity, [recordId])
    if (record === undefined) throw new Error('It was not read.')
    const id = ports.ids.next()
    const now = at()
    const { fields } = record.snapshot
    const under = parentId === undefined ? {} : { parentId }
    await ports.ledger.commit(WORKSPACE, [
      {
        kind: 'contact',
        contact: {
          id,
          kind: parentId === undefined ? 'client' : 'job',
          isCustomer: true,
          fields,
          ...under,
          archived: false,
          people: [],
          link: {
            entity,
            recordId,
            base: record.snapshot,
            ownSpelling: {},
            revision: record.revision,
            linkedAt: now,
          },
          createdAt: now,
          changedAt: now,
          version: 0,
        },
        expectedVersion: undefined,
      },
      { kind: 'claim', entity, recordId, contactId: id },
    ])
    return id
  }
  async function store(whole: Contact, expectedVersion?: number): Promise<void> {
    const committed = await ports.ledger.commit(WORKSPACE, [{ kind: 'contact', contact: whole, expectedVersion }])
    if (committed !== 'committed') throw new Error('It was refused.')
  }
  const drain = async (using: Ports = ports): Promise<DrainEnd> => {
    for (;;) {
      const end = await drainPush(using, WORKSPACE)
      if (end !== 'again') return end
    }
  }

  return {
    ports,
    simulator,
    time,
    books: books.bookkeeper,
    connect,
    contact,
    pullIn,
    drain,
    /** As time goes by, each minute what is due is sent. */
    async pass(ms: number): Promise<void> {
      const until = time.now() + ms
      while (time.now() < until) {
        time.advance(Math.min(MINUTE_MS, until - time.now()))
        await drain()
      }
    },
    /** Drains again and again, an hour apart, which is longer than any rest and than most waits for a next try. */
    async drainLater(times = 1): Promise<void> {
      for (let hours = 0; hours < times; hours++) {
        time.advance(60 * MINUTE_MS)
        await drain()
      }
    },
    /** A contact that a person made in the CRM just now. */
    async add(fields: Fields, more: Partial<Contact> = {}): Promise<string> {
      const id = ports.ids.next()
      const now = at()
      await store({
        id,
        kind: more.parentId === undefined ? 'client' : 'job',
        isCustomer: true,
        fields,
        archived: false,
        people: [],
        toPushSince: now,
        createdAt: now,
        changedAt: now,
        version: 0,
        ...more,
      })
      return id
    },
    /** A contact and its record, which agree. */
    async addLinked(properties: JsonObject, more: Partial<Contact> = {}, entity: Entity = 'customer'): Promise<string> {
      return link(idOf(books.bookkeeper.create(NAMES[entity], properties)), more.parentId, entity)
    },
    link,
    /** What a person does to a contact: it is marked, and due at once. */
    async edit(id: string, change: (contact: Contact) => Contact): Promise<void> {
      const before = await contact(id)
      const { refusal, ...edited } = change(before)
      const slotTimes = timesAfter(before.slotTimes, changedSlots(before, edited), at())
      const changed = { ...edited, ...(slotTimes !== undefined && { slotTimes }) }
      const { nextTryAt: _now, ...shown } = refusal ?? { code: '', reason: '', at: '' }
      const kept = refusal === undefined ? {} : { refusal: shown }
      await store({ ...changed, ...kept, toPushSince: at(), changedAt: at() }, before.version)
    },
    /** Sets fields; undefined empties one. */
    set: (fields: Values) => (before: Contact) => ({
      ...before,
      fields: withoutEmpty({ ...before.fields, ...fields }),
    }),
    async recordId(id: string): Promise<string> {
      const { link } = await contact(id)
      if (link === undefined) throw new Error('It is not linked.')
      return link.recordId
    },
    /** The record as QuickBooks shows it. */
    read: (recordId: string, entity: Entity = 'customer'): JsonObject => {
      const record = books.read(NAMES[entity], recordId)
      if (record === undefined) throw new Error('There is no such record.')
      return record
    },
    count: (entity: Entity = 'customer') => books.count(NAMES[entity]),
    dot: async (id: string) => dotOf(await contact(id)),
    snapshot: async (id: string) => {
      const whole = await contact(id)
      const parent = whole.parentId === undefined ? undefined : await contact(whole.parentId)
      return contactSnapshot(whole, parent?.link?.recordId)
    },
    mirrorOf: async (id: string) => {
      const { link } = await contact(id)
      return link && ports.mirrors.get(WORKSPACE, link.entity, link.recordId)
    },
    /** Strikes the n-th write from now, once. */
    strike: (fault: FaultKind, more: Omit<FaultRule, 'fault'> = { nth: 1, times: 1 }) =>
      simulator.faults.add({ fault, path: '^POST /v3/company/\\d+/(customer|vendor)', ...more }),
    setTamper: (to: Tamper) => {
      tamper = to
    },
    calls: () => simulator.calls.totals().byKind,
    async close() {
      simulator.close()
      await listening.close()
    },
  }
}
export type PushWorld = Awaited<ReturnType<typeof createPushWorld>>

function tampered(company: Company, tamper: Tamper): Company {
  return {
    ...company,
    create: (entity, content, requestId, birth) => company.create(entity, tamper(content), requestId, birth),
    update: (current, content, requestId) => company.update(current, tamper(content), requestId),
  }
}

export function idOf(outcome: Outcome): string {
  if (!outcome.ok) throw new Error(outcome.errors.map(({ Detail, Message }) => Detail ?? Message).join(', '))
  return String(outcome.record.Id)
}
