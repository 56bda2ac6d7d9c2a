import { awaitedRecord, UNSEEN } from '#core/awaited'
import { nameProblem, namesInstead } from '#core/name-check'
import { ENTITIES, type Entity, type Fields, type Mirror } from '#core/records'
import type { Refused } from './push-refuse.ts'
import type { PushPorts, PushSession } from './push-session.ts'
import { changedAmong } from './store-records.ts'

/**
 * The name that a record is to have, and where. `ownId`: its own id in QuickBooks, if it has one; `held`: the fields
 * that QuickBooks holds already.
 */
export type WantedName = Readonly<{
  entity: Entity
  fields: Fields
  parentRecordId?: string
  ownId?: string
  held?: Fields
  /** The lists of which the mirrors are up to date; all unless given. What another one shows is asked of QuickBooks. */
  known?: readonly Entity[]
}>

type NamePorts = Pick<PushPorts, 'mirrors'>

const SENT_AGAIN = 'It is sent again as soon as you have changed it.'

/**
 * Why QuickBooks would refuse a name, as far as can be told without asking it; undefined when it should take it.
 * Names are unique by their full path over customers and vendors, ignoring case.
 */
export async function nameRefusal(
  ports: NamePorts,
  workspace: string,
  wanted: WantedName,
): Promise<Refused | undefined> {
  const wrong = wrongName(wanted)
  if (wrong !== undefined) return wrong
  const holder = await holderOfName(ports, workspace, wanted)
  return holder && takenBy(ports, workspace, wanted, holder)
}

/** Why QuickBooks takes the name from nobody. */
export function wrongName({ fields, held }: WantedName): Refused | undefined {
  const problem = nameProblem(fields, held)
  if (problem === undefined) return undefined
  const { code, reason, suggestion } = problem
  const advice = suggestion === undefined ? 'Give it a name.' : `Write “${suggestion}” instead.`
  return { code, reason, advice: `${advice} ${SENT_AGAIN}` }
}

/** Who has the name that is wanted, as far as the mirrors show. */
export async function holderOfName(
  ports: NamePorts,
  workspace: string,
  wanted: WantedName,
): Promise<Mirror | undefined> {
  const path = await pathAbove(ports, workspace, wanted)
  return path === undefined ? undefined : holderOf(ports, workspace, wanted, path + (wanted.fields.displayName ?? ''))
}

/** The refusal of a name that a record has which keeps it. */
export async function takenBy(
  ports: NamePorts,
  workspace: string,
  wanted: WantedName,
  holder: Mirror,
): Promise<Refused> {
  const name = wanted.fields.displayName ?? ''
  const path = (await pathAbove(ports, workspace, wanted)) ?? ''
  const free = await freeName(ports, workspace, wanted, path, name)
  const isLinkable = holder.contactId === undefined && wanted.ownId === undefined && holder.entity === wanted.entity
  const rename = free === undefined ? 'Give this contact another name.' : `Call this contact “${free}” instead.`
  return {
    code: '6240',
    reason: `Another ${holder.entity} in QuickBooks has the name “${name}” already.`,
    advice: isLinkable ? `If the two are the same, link them. Otherwise: ${rename}` : `${rename} ${SENT_AGAIN}`,
    waitsFor: [awaitedRecord(holder.entity, holder.id)],
  }
}

/**
 * The refusal of a name of which nobody can say who has it. Only a write tells whether it is free again, so that it is
 * sent again whenever a customer, vendor or employee changes.
 */
export function takenUnseen({ fields }: WantedName): Refused {
  const name = fields.displayName ?? ''
  return {
    code: '6240',
    reason: `A customer, vendor or employee in QuickBooks that we cannot see has the name “${name}” already.`,
    advice: `It may be an employee, somebody inactive, or a name that differs only in spaces, capitals or invisible characters. Look for it in QuickBooks, or give this contact another name. It is sent again by itself when the name may be free.`,
    waitsFor: [UNSEEN],
  }
}

/**
 * Asks QuickBooks who has a name that it says is taken, and stores that record, so that from now on the name is known
 * to be taken. An employee cannot be asked for: then nobody is found.
 */
export async function findNamesake(
  ports: Pick<PushPorts, 'mirrors' | 'digest'>,
  { workspace, company }: PushSession,
  { fields }: WantedName,
): Promise<void> {
  const name = fields.displayName ?? ''
  for (const entity of ENTITIES) {
    const { records } = await company.byName(entity, name)
    const changed = await changedAmong(ports, workspace, entity, records)
    if (changed.length > 0) await ports.mirrors.put(workspace, changed)
    // What is inactive bears its mark, and the name is free.
    if (records.some(({ snapshot }) => snapshot.active)) return
  }
}

/** What stands before the name in the full name; undefined when the parent is not known well enough to tell. */
async function pathAbove(
  { mirrors }: NamePorts,
  workspace: string,
  { entity, parentRecordId }: WantedName,
): Promise<string | undefined> {
  if (parentRecordId === undefined) return ''
  const parent = await mirrors.get(workspace, entity, parentRecordId)
  return parent === undefined ? undefined : `${parent.fullName}:`
}

async function holderOf(
  { mirrors }: NamePorts,
  workspace: string,
  { entity, parentRecordId, ownId, known = ENTITIES }: WantedName,
  fullName: string,
): Promise<Mirror | undefined> {
  // Vendors have no parents, so that they meet only what is at the top.
  const entities: readonly Entity[] = parentRecordId === undefined ? ENTITIES : ['customer']
  for (const each of entities.filter((one) => known.includes(one))) {
    const ids = await mirrors.idsByFullName(workspace, each, fullName)
    const others = ids.filter((id) => !(each === entity && id === ownId))
    const holders = others.length === 0 ? [] : await mirrors.getMany(workspace, each, others)
    // Its own full name may be an old one, from before its parent got another: what it lies below is always known. And
    // QuickBooks may tell apart what we do not, such as an accent written in two ways: that is for it to say.
    const holder = holders.find(
      (one) =>
        one.goneAt === undefined &&
        one.snapshot.parentRecordId === parentRecordId &&
        one.fullName.toLowerCase() === fullName.toLowerCase(),
    )
    if (holder !== undefined) return holder
  }
  return undefined
}

async function freeName(
  ports: NamePorts,
  workspace: string,
  wanted: WantedName,
  path: string,
  name: string,
): Promise<string | undefined> {
  for (const instead of namesInstead(name)) {
    if ((await holderOf(ports, workspace, wanted, path + instead)) === undefined) return instead
  }
  return undefined
}
