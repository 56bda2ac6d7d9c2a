import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { alikeName } from '#core/names'
import type { Clock, Contacts } from '#sync/ports'
import { batchGet } from './batch-get.ts'
import { createHistory } from './history.ts'
import { CHILD_PREFIX, childrenPk, contactKey, waitingPk, waitingPrefix } from './keys.ts'
import { createNameList } from './name-list.ts'
import { contactRowSchema, contactSchema } from './stored.ts'
import type { Tandem } from './table.ts'

const indexItem = z.object({ row: contactRowSchema })
const wholeItem = z.object({ contact: contactSchema })
const childItem = z.object({ id: z.string() })
const waitingItem = z.object({ contactId: z.string(), what: z.string() })

export function createContacts(tandem: Tandem, clock: Clock): Contacts {
  const list = createNameList(tandem, (value) => indexItem.safeParse(value).data?.row)
  const getMany = async (workspace: string, ids: readonly string[]) => {
    const keys = ids.map((id) => contactKey(workspace, id))
    return (await batchGet(tandem, clock, keys)).map((value) => wholeItem.parse(value).contact)
  }
  return {
    get: async (workspace, id) => (await getMany(workspace, [id]))[0],
    getMany,
    listByName: (workspace, limit, after) => list.page(workspace, 'contacts', limit, after),
    scan: (workspace) => list.scan(workspace, 'contacts'),
    namedAlike: async (workspace, name) =>
      (await list.namedLike(workspace, 'contacts', name)).filter((row) => alikeName(row.name) === alikeName(name)),
    children: async (workspace, contactId) => {
      const { Items } = await tandem.table
        .build(QueryCommand)
        .query({ partition: childrenPk(workspace, contactId), range: { beginsWith: CHILD_PREFIX } })
        .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
        .send()
      return z
        .array(childItem)
        .parse(Items ?? [])
        .map(({ id }) => id)
    },
    waiting: async (workspace, what) => {
      const range = what === undefined ? {} : { range: { beginsWith: waitingPrefix(what) } }
      const { Items } = await tandem.table
        .build(QueryCommand)
        .query({ partition: waitingPk(workspace), ...range })
        .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
        .send()
      return z
        .array(waitingItem)
        .parse(Items ?? [])
        .map(({ contactId, what: on }) => ({ contactId, what: on }))
    },
    history: createHistory(tandem).page,
  }
}
