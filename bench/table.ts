import { parseArgs } from 'node:util'
import { createDynamoPorts } from '#dynamodb/ports'
import { createTokenVault } from '#dynamodb/token-vault'
import { updateContact } from '#sync/edit-contact'
import { takeDelivery } from '#sync/intake'
import { createMemoryKms } from '../test/dynamodb/memory-kms.ts'
import { progress, publish, type Row, rounded } from './report.ts'
import { meteredClient } from './world/capacity.ts'
import { startTable } from './world/dynamodb.ts'
import { openTwoSides, PERSON, REALM, type TwoSides, WORKSPACE } from './world/two-sides.ts'

const CUSTOMERS = 260
const ONE_BY_ONE = 20
const TOGETHER = 200

/** A bookkeeper changes these customers, and one notification tells of all of them. */
async function changeThere(world: TwoSides, ids: readonly string[], notes: string): Promise<void> {
  for (const id of ids) world.editThere(id, `${notes} ${id}`)
  const events = ids.map((id) => ({ eventId: `${notes}-${id}`, realmId: REALM, entity: 'customer', recordId: id }))
  await takeDelivery(world.ports, { events, unreadable: 0 })
  await world.settle()
}

/** A person edits these contacts. Looking up what to edit is not part of it, so it is done before. */
async function changeHere(
  world: TwoSides,
  contacts: readonly Readonly<{ id: string; version: number }>[],
  notes: string,
): Promise<void> {
  for (const { id, version } of contacts) {
    const edit = { fields: { notes: `${notes} ${id}` } }
    await updateContact(world.ports, { workspace: WORKSPACE, person: PERSON, id, version, edit })
  }
  await world.settle()
}

/** What a changed contact costs in DynamoDB, from the webhook or the edit until both sides agree. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const table = await startTable()
  const { client, used } = meteredClient(table.at)
  const vault = createTokenVault({ kms: createMemoryKms().client, keyArn: 'bench' })
  progress(`${CUSTOMERS} customers are brought in`)
  const world = await openTwoSides(CUSTOMERS, (clock) =>
    createDynamoPorts({ tableName: table.at.tableName, client, clock, vault }),
  )
  try {
    const customers = world.customers()
    const [single, many] = [customers.slice(0, ONE_BY_ONE), customers.slice(ONE_BY_ONE, ONE_BY_ONE + TOGETHER)]
    const rows: Row[] = []
    const metered = async (what: string, changes: number, work: () => Promise<void>) => {
      progress(what)
      const before = used()
      await work()
      const after = used()
      const each = (key: keyof typeof after) => rounded((after[key] - before[key]) / changes, 1)
      rows.push({
        what,
        changes,
        'requests each': each('requests'),
        'read units each': each('readUnits'),
        'write units each': each('writeUnits'),
      })
    }
    await metered('webhook → contact, one by one', single.length, async () => {
      for (const id of single) await changeThere(world, [id], 'There alone')
    })
    await metered('webhook → contact, all in one delivery', many.length, () =>
      changeThere(world, many, 'There together'),
    )
    const singleContacts = await Promise.all(single.map(world.contactOf))
    const manyContacts = await Promise.all(many.map(world.contactOf))
    await metered('edit → QuickBooks, one by one', single.length, async () => {
      for (const contact of singleContacts) await changeHere(world, [contact], 'Here alone')
    })
    await metered('edit → QuickBooks, all together', many.length, () =>
      changeHere(world, manyContacts, 'Here together'),
    )
    let different = 0
    for (const { id, link } of [...singleContacts, ...manyContacts]) {
      const { fields } = (await world.ports.contacts.get(WORKSPACE, id)) ?? {}
      if (fields?.notes !== world.company.read('Customer', link?.recordId ?? '')?.Notes) different += 1
    }
    publish(
      {
        benchmark: 'table',
        tables: { 'DynamoDB for one contact changed': rows },
        figures: [
          {
            figure: 'contacts that differ from QuickBooks at the end',
            value: different,
            unit: 'rows',
            goal: { atMost: 0 },
          },
        ],
      },
      values,
    )
  } finally {
    await world.close()
    await table.stop()
  }
}

await main()
