import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, expect, it } from 'vitest'
import type { Contact } from '#core/records'
import { createContacts } from '#dynamodb/contacts'
import { createLedger } from '#dynamodb/ledger'
import { createConflicts } from '#dynamodb/open-conflicts'
import { openTable } from '#dynamodb/table'
import type { Write } from '#sync/ports'
import { aContact } from '../contract/records.ts'
import { aWorkspace } from '../contract/workspaces.ts'
import { startLocalDynamo } from './local-dynamodb.ts'

const { client, tableName, endpoint } = await startLocalDynamo()
const clock = { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) }
const plain = openTable({ tableName, client })
const [ledger, contacts, conflicts] = [createLedger(plain, clock), createContacts(plain, clock), createConflicts(plain)]

const late: DynamoDBClient[] = []
afterAll(() => {
  for (const one of late) one.destroy()
})

/** A worker's ledger that lets somebody else commit between its read and its own commit. */
function overtaken(by: () => Promise<unknown>) {
  const own = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  late.push(own)
  const tandem = openTable({ tableName, client: own })
  tandem.documentClient.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (String(commandName).startsWith('TransactWrite')) await by()
        return next(args)
      },
    { step: 'initialize' },
  )
  return createLedger(tandem, clock)
}

const asks = (openedAt: string): Partial<Contact> => ({ conflicts: [{ slot: 'phone', crm: '1', openedAt }] })

const put = (expectedVersion: number | undefined, changes: Partial<Contact>): Write => ({
  kind: 'contact',
  contact: aContact('c1', 'One', changes),
  expectedVersion,
})

// Who finds a contact by its parent or by what it asks is written from what the contact was: read at another version,
// that would leave a child of a parent that it has left, or a question that nobody can close.
it.each<[string, Write]>([
  ['moves it on', put(2, { parentId: 'p3' })],
  ['removes it', { kind: 'removeContact', contactId: 'c1', expectedVersion: 2 }],
])(
  'a commit that %s is refused where the contact came to the expected version only after it was read',
  async (_what, write) => {
    const workspace = aWorkspace()
    await ledger.commit(workspace, [put(undefined, { parentId: 'p1' })])
    const meanwhile = put(1, { parentId: 'p2', ...asks('2026-11-01T09:00:00.000Z') })
    const overtakenLedger = overtaken(async () => expect(await ledger.commit(workspace, [meanwhile])).toBe('committed'))
    expect(await overtakenLedger.commit(workspace, [write])).toEqual({ conflict: write })
    const children = await Promise.all(['p1', 'p2', 'p3'].map((parent) => contacts.children(workspace, parent)))
    expect(children).toEqual([[], ['c1'], []])
    expect((await conflicts.list(workspace, 10)).rows).toMatchObject([{ contactId: 'c1', slot: 'phone' }])
    expect(await contacts.get(workspace, 'c1')).toMatchObject({ version: 2, parentId: 'p2' })
  },
)

it.each<[string, Write, readonly string[]]>([
  ['moves it on', put(2, { parentId: 'p3' }), ['c1']],
  ['removes it', { kind: 'removeContact', contactId: 'c1', expectedVersion: 2 }, []],
])('a commit that %s leaves nothing behind of what it was', async (_what, write, below) => {
  const workspace = aWorkspace()
  await ledger.commit(workspace, [put(undefined, { parentId: 'p1' })])
  await ledger.commit(workspace, [put(1, { parentId: 'p2', ...asks('2026-11-01T09:00:00.000Z') })])
  expect(await ledger.commit(workspace, [write])).toBe('committed')
  const children = await Promise.all(['p1', 'p2', 'p3'].map((parent) => contacts.children(workspace, parent)))
  expect(children).toEqual([[], [], below])
  expect((await conflicts.list(workspace, 10)).rows).toEqual([])
})
