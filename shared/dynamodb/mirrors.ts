import { Entity } from 'dynamodb-toolbox/entity'
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate'
import { $remove } from 'dynamodb-toolbox/entity/actions/update'
import { UpdateAttributesCommand } from 'dynamodb-toolbox/entity/actions/updateAttributes'
import { any } from 'dynamodb-toolbox/schema/any'
import { item } from 'dynamodb-toolbox/schema/item'
import { string } from 'dynamodb-toolbox/schema/string'
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query'
import * as z from 'zod'
import { recordName } from '#core/names'
import type { Mirror, MirrorRow, Entity as RecordEntity } from '#core/records'
import { revisionKey } from '#core/revisions'
import { mirrorRow } from '#core/rows'
import type { Clock, Mirrors } from '#sync/ports'
import { batchGet } from './batch-get.ts'
import { conditional } from './conflicts.ts'
import { inParallel } from './in-parallel.ts'
import { BATCH, insertMany } from './insert-many.ts'
import { fullNamePk, listPlace, mirrorKey } from './keys.ts'
import { createNameList } from './name-list.ts'
import { mirrorRowSchema, mirrorSchema, mirrorStampSchema } from './stored.ts'
import type { Tandem } from './table.ts'

/** Below the SDK's 50 connections, so that other calls of the same Lambda find one free. */
const WRITES_AT_ONCE = 40
/** So few are not worth asking whether they are new. */
const FEW = 5

const indexItem = z.object({ row: mirrorRowSchema, contactId: z.string().exactOptional() })
const wholeItem = z.object({
  mirror: z.string(),
  contactId: z.string().exactOptional(),
  mergedIntoId: z.string().exactOptional(),
})
const namedItem = z.object({ row: z.object({ id: z.string() }) })
const STAMP_ATTRIBUTES = Object.freeze(['id', 'contentHash', 'rawHash', 'changedAt', 'goneAt', 'mergedIntoId'])

export function createMirrors(tandem: Tandem, clock: Clock): Mirrors {
  const mirrorItem = createMirrorItem(tandem)
  const list = createNameList(tandem, (value): MirrorRow | undefined => {
    const read = indexItem.safeParse(value)
    if (!read.success) return undefined
    const { row, contactId } = read.data
    return contactId === undefined ? row : { ...row, contactId }
  })

  const put = (workspace: string, mirror: Mirror) => {
    const { revision, updatedAt } = mirror
    const seen = revisionKey(revision)
    const update = mirrorItem
      .build(UpdateAttributesCommand)
      .item(toItem(workspace, mirror))
      .options({
        condition: {
          or: [
            { attr: 'pk', exists: false },
            { attr: 'revisionKey', lt: seen },
            {
              and: [
                { attr: 'revisionKey', eq: seen },
                { attr: 'updatedAt', lte: updatedAt },
              ],
            },
          ],
        },
      })
    return conditional(clock, () => update.send())
  }

  /** Answers with those that it did not insert: a first pull has nothing but new ones, a later one hardly any. */
  const insertNew = async (workspace: string, mirrors: readonly Mirror[]): Promise<readonly Mirror[]> => {
    const first = new Map(mirrors.map((mirror) => [`${mirror.entity} ${mirror.id}`, mirror]))
    // A statement a record: where one stands twice, all take the way that can tell older from newer.
    if (mirrors.length < FEW || first.size < mirrors.length) return mirrors
    const insert = async (some: readonly Mirror[]) => {
      const left = new Set(
        await insertMany(
          tandem,
          some.map((mirror) => toNewItem(workspace, mirror)),
        ),
      )
      return some.filter((_, place) => left.has(place))
    }
    const sample = await insert(mirrors.slice(0, BATCH))
    const rest = mirrors.slice(BATCH)
    return [...sample, ...(sample.length > BATCH / 2 ? rest : await insert(rest))]
  }

  const getMany = async (workspace: string, entity: RecordEntity, ids: readonly string[]) => {
    const keys = ids.map((id) => mirrorKey(workspace, entity, id))
    return (await batchGet(tandem, clock, keys)).map(toMirror)
  }

  return {
    get: async (workspace, entity, id) => (await getMany(workspace, entity, [id]))[0],
    getMany,
    stamps: async (workspace, entity, ids) => {
      const keys = ids.map((id) => mirrorKey(workspace, entity, id))
      const items = await batchGet(tandem, clock, keys, STAMP_ATTRIBUTES)
      return items.map((item) => mirrorStampSchema.parse(item))
    },
    put: async (workspace, mirrors) => {
      const known = await insertNew(workspace, mirrors)
      await inParallel(WRITES_AT_ONCE, known, (mirror) => put(workspace, mirror))
    },
    idsByFullName: async (workspace, entity, fullName) => {
      const { Items } = await tandem.table
        .build(QueryCommand)
        .query({ index: 'gsi2', partition: fullNamePk(workspace, entity, fullName) })
        .options({ maxPages: Number.POSITIVE_INFINITY })
        .send()
      return z
        .array(namedItem)
        .parse(Items ?? [])
        .map(({ row }) => row.id)
    },
    listByName: list.page,
    scan: list.scan,
  }
}

/** A claim or a release of a mirror's end of a link, for a transaction. Refused when it is not stored or another's. */
export function createMirrorLinks(tandem: Tandem) {
  const mirrorItem = createMirrorItem(tandem)
  type End = Readonly<{ entity: RecordEntity; recordId: string; contactId: string }>
  const setContact = (
    workspace: string,
    { entity, recordId, contactId }: End,
    value: string | ReturnType<typeof $remove>,
  ) =>
    mirrorItem
      .build(UpdateTransaction)
      .item({ ...mirrorKey(workspace, entity, recordId), contactId: value })
      .options({
        condition: {
          and: [
            { attr: 'pk', exists: true },
            {
              or: [
                { attr: 'contactId', exists: false },
                { attr: 'contactId', eq: contactId },
              ],
            },
          ],
        },
      })
  return {
    claim: (workspace: string, end: End) => setContact(workspace, end, end.contactId),
    release: (workspace: string, end: End) => setContact(workspace, end, $remove()),
  }
}

function createMirrorItem({ table }: Tandem) {
  return new Entity({
    name: 'mirror',
    table,
    timestamps: false,
    entityAttribute: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      gsi1pk: string(),
      gsi1sk: string(),
      gsi2pk: string(),
      gsi2sk: string(),
      row: any(),
      contactId: string().optional(),
      id: string(),
      revisionKey: string(),
      updatedAt: string(),
      contentHash: string(),
      rawHash: string(),
      changedAt: string(),
      goneAt: string().optional(),
      mergedIntoId: string().optional(),
      // JSON: it keeps QuickBooks' order of properties and costs one attribute to write and read, not hundreds.
      mirror: string(),
    }),
  })
}

function toItem(workspace: string, mirror: Mirror) {
  const { goneAt, mergedIntoId, snapshot } = mirror
  const isItself = goneAt === undefined && snapshot.active
  return {
    ...toNewItem(workspace, mirror),
    goneAt: goneAt ?? $remove(),
    // A read knows nothing of a merge: what an event said stays until the record is active again.
    ...(isItself && mergedIntoId === undefined && { mergedIntoId: $remove() }),
  }
}

function toNewItem(workspace: string, mirror: Mirror) {
  // What the link says about it is an attribute that only claims and releases write.
  const { contactId: _, ...unlinked } = mirror
  const { entity, id, snapshot, fullName, revision, updatedAt, contentHash, rawHash, changedAt, goneAt } = unlinked
  const { mergedIntoId } = unlinked
  return {
    ...mirrorKey(workspace, entity, id),
    ...listPlace(workspace, entity, recordName(snapshot.fields), id),
    gsi2pk: fullNamePk(workspace, entity, fullName),
    gsi2sk: id,
    row: mirrorRow(unlinked),
    id,
    revisionKey: revisionKey(revision),
    updatedAt,
    contentHash,
    rawHash,
    changedAt,
    goneAt,
    mergedIntoId,
    mirror: JSON.stringify(unlinked),
  }
}

function toMirror(value: unknown): Mirror {
  const { mirror, contactId, mergedIntoId } = wholeItem.parse(value)
  const read = mirrorSchema.parse(JSON.parse(mirror))
  const unlinked = mergedIntoId === undefined ? read : { ...read, mergedIntoId }
  return contactId === undefined ? unlinked : { ...unlinked, contactId }
}
