/**
 * Older code runs beside newer at every deployment, and again after a rollback: what the newer one stored and the older
 * one does not know has to be there still when the older one has read the record and written it back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import type { Contact, RunKind } from '#core/records'
import { contactKey, listPlace } from '#dynamodb/keys'
import { createDynamoPorts } from '#dynamodb/ports'
import * as stored from '#dynamodb/stored'
import { openTable } from '#dynamodb/table'
import { createTokenVault } from '#dynamodb/token-vault'
import { aConnection, aContact, aLink, aMirror, anEntry, anOutcome, aRun, aTokenSet } from '../contract/records.ts'
import { startLocalDynamo } from './local-dynamodb.ts'
import { createMemoryKms } from './memory-kms.ts'

const AT = '2026-11-01T08:00:00.000Z'
const snapshot = { fields: { displayName: 'Ada', billAddress: { line1: 'Road 1' } }, active: true }
const whole: Contact = aContact('c1', 'Ada', {
  fields: { displayName: 'Ada', billAddress: { line1: 'Road 1' } },
  people: [{ role: 'site', name: 'Bob', address: { city: 'Bern' } }],
  link: aLink('customer', '7'),
  refusal: { code: '6240', reason: 'taken', at: AT },
  conflicts: [{ slot: 'phone', crm: '1', quickbooks: '2', openedAt: AT }],
  hold: { code: 'recordGone', reason: 'gone', at: AT },
  pins: [{ slot: 'notes', crm: 'a', quickbooks: 'b' }],
  intent: { requestId: 'r', operation: 'create', slots: ['notes'], sent: snapshot, at: AT, actor: 'ann' },
})
const { contactId: _own, ...mirror } = aMirror('7', 'Ada')

/** A record of each stored shape, and the schema that it is read by. */
const SHAPES = {
  contact: [stored.contactSchema, whole],
  connection: [stored.connectionSchema, aConnection('w1', '93')],
  mirror: [stored.mirrorSchema, mirror],
  'journal entry': [stored.journalEntrySchema, anEntry('j1', 'c1')],
  outcome: [stored.outcomeSchema, anOutcome('7')],
  run: [stored.runSchema, aRun('r1')],
  'act of an admin': [
    stored.adminActSchema,
    { id: 'a1', at: AT, act: 'settingsChanged', actor: 'ann', changes: [{ setting: 'push', to: 'automatic' }] },
  ],
  tokens: [stored.tokenSetSchema, aTokenSet('1')],
  settings: [
    stored.settingsSchema,
    { conflicts: 'ask', conflictsBySlot: { notes: 'crm' }, pushNotes: true, push: 'automatic', entities: ['customer'] },
  ],
} as const

/** Of these, each property is an entry of its own, and no part of a shape. */
const MAPS = ['conflictsBySlot', 'counts']

/** The value with a property that nobody knows in each object of it, however deep. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.entries(value).map(([name, one]) => [name, MAPS.includes(name) ? one : withMore(one)])
  return { ...Object.fromEntries(inner), addedLater: { by: 'newer code' } }
}

describe('what newer code has stored', () => {
  it.each(Object.entries(SHAPES))('is read whole: %s', (_, [schema, record]) => {
    const more = withMore(record)
    expect(schema.parse(more)).toEqual(more)
  })

  it.each([
    ['the kind of a contact', stored.contactSchema, { ...whole, kind: 'site' }],
    ['the role of a person', stored.contactSchema, { ...whole, people: [{ role: 'heir', name: 'Bob' }] }],
    ['why a contact is held', stored.contactSchema, { ...whole, hold: { ...whole.hold, code: 'asleep' } }],
    ['the slot of a conflict', stored.contactSchema, { ...whole, conflicts: [{ slot: 'custom1', openedAt: AT }] }],
    ['the kind of a run', stored.runSchema, aRun('r1', { kind: 'match' as RunKind })],
    ['the status of a run', stored.runSchema, { ...aRun('r1'), status: 'paused' }],
    ['the kind of an outcome', stored.outcomeSchema, { ...anOutcome('7'), kind: 'matched' }],
    ['the side of an entry', stored.journalEntrySchema, { ...anEntry('j1', 'c1'), side: 'desktop' }],
    ['the status of a connection', stored.connectionSchema, { ...aConnection('w1', '93'), status: 'asleep' }],
    ['a policy', stored.settingsSchema, { ...SHAPES.settings[1], conflicts: 'oldest' }],
  ])('is kept as it is where it is a word that this code does not know: %s', (_, schema, record) => {
    expect(schema.parse(record)).toEqual(record)
  })
})

describe('one table that two versions of the code live on', async () => {
  const { client, tableName } = await startLocalDynamo()
  const vault = createTokenVault({ kms: createMemoryKms().client, keyArn: 'arn:aws:kms:us-east-1:0:key/tokens' })
  const clock = { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) }
  const ports = createDynamoPorts({ tableName, client, clock, vault })
  const { documentClient } = openTable({ tableName, client })

  it('keeps of a contact what the newer one stored when the older one changes it', async () => {
    // As the newer one writes it: a shape that this one's types have no word for.
    const newer = withMore(aContact('c1', 'Ada', { link: aLink('customer', '7') })) as Contact
    await ports.ledger.commit('w1', [{ kind: 'contact', contact: newer, expectedVersion: undefined }])
    const read = await ports.contacts.get('w1', 'c1')
    if (read === undefined) throw new Error('It was stored a moment ago.')
    const changed: Contact = { ...read, fields: { ...read.fields, phone: '555' } }
    expect(
      await ports.ledger.commit('w1', [{ kind: 'contact', contact: changed, expectedVersion: read.version }]),
    ).toBe('committed')
    expect(await ports.contacts.get('w1', 'c1')).toEqual({
      ...newer,
      fields: { ...newer.fields, phone: '555' },
      version: 2,
    })
  })

  it('keeps of a run what the newer one stored, and its kind, when the older one cancels it', async () => {
    const newer = { ...aRun('r1', { kind: 'match' as RunKind }), addedLater: true }
    await ports.runs.create('w2', newer)
    const run = await ports.runs.get('w2', 'r1')
    if (run === undefined) throw new Error('It was stored a moment ago.')
    expect(await ports.runs.save('w2', { ...run, cancelRequested: true }, 1)).toBe('saved')
    expect(await ports.runs.get('w2', 'r1')).toMatchObject({ kind: 'match', addedLater: true, cancelRequested: true })
    expect((await ports.runs.list('w2', 10)).rows).toHaveLength(1)
  })

  it('leaves a row out of a list that cannot be read, and shows the others', async () => {
    for (const [id, name] of [
      ['a', 'Ada'],
      ['c', 'Cid'],
    ] as const) {
      const contact = aContact(id, name)
      await ports.ledger.commit('w3', [{ kind: 'contact', contact, expectedVersion: undefined }])
    }
    const Item = { ...contactKey('w3', 'b'), ...listPlace('w3', 'contacts', 'Bob', 'b'), row: { id: 7 }, version: 1 }
    await documentClient.send(new PutCommand({ TableName: tableName, Item }))
    const { rows } = await ports.contacts.listByName('w3', 10, undefined)
    expect(rows.map(({ name }) => name)).toEqual(['Ada', 'Cid'])
  })
})
