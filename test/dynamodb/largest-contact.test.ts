import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { contactChanges } from '#core/contact-edit'
import { peopleSizeErrors } from '#core/people-size'
import { ADDRESS_FIELDS, type Contact, type ContactPerson, type Fields, TEXT_FIELDS } from '#core/records'
import { createContacts } from '#dynamodb/contacts'
import { createLedger } from '#dynamodb/ledger'
import { openTable } from '#dynamodb/table'
import { aContact } from '../contract/records.ts'
import { aWorkspace } from '../contract/workspaces.ts'
import { startLocalDynamo } from './local-dynamodb.ts'

const { client, tableName } = await startLocalDynamo()
const clock = { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) }
const table = openTable({ tableName, client })
const [ledger, contacts] = [createLedger(table, clock), createContacts(table, clock)]

/** As long as QuickBooks takes each of them (core/field-limits.ts), of letters that take three bytes. */
const LONGEST: Readonly<Partial<Record<(typeof TEXT_FIELDS)[number], number>>> = {
  displayName: 500,
  website: 1_000,
  notes: 2_000,
}
function fields(letter: string): Fields {
  const long = (length: number) => letter.repeat(length)
  const [line, place] = [long(400), long(255)]
  const address = { line1: line, line2: line, line3: line, line4: line, line5: line, city: place, region: place }
  return {
    ...Object.fromEntries(TEXT_FIELDS.map((field) => [field, long(LONGEST[field] ?? 110)])),
    ...Object.fromEntries(ADDRESS_FIELDS.map((field) => [field, { ...address, postalCode: long(30), country: place }])),
  }
}

/** Just below what all people of a contact can take. */
function people(letter: string): readonly ContactPerson[] {
  const some = Array.from({ length: 50 }, (): ContactPerson => ({ role: 'manager', name: letter.repeat(415) }))
  expect(peopleSizeErrors([], some)).toEqual([])
  expect(peopleSizeErrors([], [...some, ...some.slice(0, 2)])).toHaveLength(1)
  return some
}

/** Everything that a contact can hold, each as long as it gets and other than the rest. */
function fullest(letter: string): Contact {
  const [crm, base, quickbooks] = [fields(letter), fields('基'), fields('本')]
  const slots = [...TEXT_FIELDS, ...ADDRESS_FIELDS]
  const at = '2026-11-23T08:00:00.000Z'
  return aContact('c1', 'One', {
    fields: crm,
    people: people(letter),
    link: {
      entity: 'customer',
      recordId: '1',
      base: { fields: base, active: true },
      ownSpelling: base,
      revision: '1',
      linkedAt: at,
    },
    conflicts: slots.map((slot) => ({
      slot,
      base: base[slot],
      crm: crm[slot],
      quickbooks: quickbooks[slot],
      openedAt: at,
    })),
    intent: {
      requestId: 'r',
      operation: 'update',
      slots,
      sent: { fields: crm, active: true },
      revision: '1',
      at,
      actor: 'ada',
    },
  })
}

it('the largest contact that can be typed is stored, and so is the entry of an edit that leaves nothing as it was', async () => {
  const workspace = aWorkspace()
  const [before, after] = [fullest('前'), { ...fullest('後'), version: 2 }]
  expect(await ledger.commit(workspace, [{ kind: 'contact', contact: before, expectedVersion: undefined }])).toBe(
    'committed',
  )
  const entry = {
    id: 'j1',
    at: after.changedAt,
    contactId: 'c1',
    side: 'crm' as const,
    actor: 'ada',
    because: 'edited',
    changes: contactChanges(before, after),
  }
  const committed = ledger.commit(workspace, [
    { kind: 'contact', contact: after, expectedVersion: 1 },
    { kind: 'journal', entry },
  ])
  expect(await committed).toBe('committed')
  expect((await contacts.get(workspace, 'c1'))?.people).toEqual(after.people)
  expect((await contacts.history(workspace, 'c1', 10)).rows).toEqual([entry])
})

it('is told by a table that takes no more than DynamoDB does', async () => {
  const large = { pk: aWorkspace(), sk: 'X', text: 'x'.repeat(410 * 1_024) }
  await expect(
    DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName: tableName, Item: large })),
  ).rejects.toThrow(/size/)
})
