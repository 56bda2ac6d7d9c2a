import * as z from 'zod'
import type { SyncSettings } from '#core/policies'
import type { Contact, Fields } from '#core/records'
import { isPassingName, plainName, type Value, type Values } from '../checker/values.ts'
import type { Answered, Asked, Tenant, World } from '../world/world.ts'
import type { Action } from './actions.ts'
import { asSeen, freshValue, respelled, slipped, type Typed } from './values.ts'

/** Answers in words what came of it; they end with “done” when it took effect. */
export type Deed = (world: World, tenant: Tenant, action: Action) => Promise<string>

/** What a person does in the CRM, through its API. Answers what came of it, in words. */
export const CRM_DEEDS = {
  'crm.edit': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    if (contact === undefined) return 'finds no contact'
    return editContact(world, tenant, contact, action)
  },
  'crm.respell': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    if (contact === undefined) return 'finds no contact'
    const fields: Record<string, string> = {}
    for (const slot of action.slots) {
      const value = contact.fields[slot]
      if (typeof value === 'string') fields[slot] = respelled(slot, value, action.number / 10)
    }
    const what = `corrects the spelling of ${shown(contact)} (${Object.keys(fields).join(', ')})`
    return `${what}: ${await change(world, tenant, contact, 'PATCH', '', { fields }, { ...fields })}`
  },
  'crm.create': async (world, tenant, action) => {
    const { fields, wanted } = typed(tenant, action, true)
    const kind = action.pick < 0.25 ? 'building' : 'client'
    const body = { kind, isCustomer: action.other < 0.8, fields }
    const end = await asked(world, tenant, 'POST', '/contacts', { body, wanted: { ...wanted, active: 'true' } })
    return `creates a contact: ${end}`
  },
  'crm.job': async (world, tenant, action) => {
    const parent = await pickContact(world, tenant, action.pick)
    if (parent === undefined) return 'finds no contact'
    const { fields, wanted } = typed(tenant, action, true)
    const wishes = { ...wanted, active: 'true', parent: parent.id }
    const end = await asked(world, tenant, 'POST', `/contacts/${parent.id}/jobs`, { body: { fields }, wanted: wishes })
    return `makes a job under ${shown(parent)}: ${end}`
  },
  'crm.billing': async (world, tenant, action) => {
    const isBuilding = ({ kind, kindAtTop }: Contact) => kind === 'building' || kindAtTop === 'building'
    const building = await pickContact(world, tenant, action.pick, isBuilding)
    if (building === undefined) return 'finds no building'
    const { fields, wanted } = typed(tenant, { ...action, slots: ['email', 'mobile', 'familyName', 'billAddress'] })
    const { email = null, mobile = null, familyName = null, billAddress = null } = fields
    const billing = { role: 'billing', email, cell: mobile, familyName, address: billAddress }
    const people = [billing, { role: 'site', name: `Caretaker ${action.number} of ${tenant.workspace}` }]
    const end = await change(world, tenant, building, 'PATCH', '', { people }, wanted)
    return `edits the billing person of ${shown(building)}: ${end}`
  },
  'crm.currency': async (world, tenant, action) => {
    const currency = action.pick < 0.6 ? 'EUR' : 'GBP'
    const { fields, wanted } = typed(tenant, action, true)
    const body = { kind: 'client', isCustomer: true, fields, currency }
    const end = await asked(world, tenant, 'POST', '/contacts', { body, wanted: { ...wanted, active: 'true' } })
    return `creates a contact in ${currency}: ${end}`
  },
  'crm.archive': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    if (contact === undefined) return 'finds no contact'
    const end = await change(world, tenant, contact, 'POST', '/archive', undefined, { active: 'false' })
    return `archives ${shown(contact)}: ${end}`
  },
  'crm.unarchive': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick, ({ archived }) => archived)
    if (contact === undefined) return 'finds no archived contact'
    const end = await change(world, tenant, contact, 'POST', '/unarchive', undefined, { active: 'true' })
    return `takes ${shown(contact)} out of the archive: ${end}`
  },
  'crm.move': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    const parent = action.other < 0.25 ? undefined : await pickContact(world, tenant, action.other)
    if (contact === undefined || contact.id === parent?.id) return 'finds nothing to move'
    const body = { parentId: parent?.id ?? null }
    const end = await change(world, tenant, contact, 'POST', '/move', body, { parent: parent?.id })
    return `moves ${shown(contact)} ${parent === undefined ? 'to the top' : `under ${shown(parent)}`}: ${end}`
  },
  'crm.swapNames': async (world, tenant, action) => {
    const length = 2 + Math.floor(action.other * 3)
    const all = (await contactsOf(world, tenant.workspace)).filter(
      ({ link, archived, fields }) => link !== undefined && !archived && isTyped(fields.displayName),
    )
    // Half of the rings are of those that lie under one parent, where there are any.
    const [family = []] = [...Map.groupBy(all, ({ parentId }) => parentId)]
      .filter(([parentId, jobs]) => parentId !== undefined && jobs.length > 1)
      .map(([, jobs]) => jobs)
    const among = action.number % 20 === 0 && family.length > 1 ? family : all
    const from = Math.floor(action.pick * among.length)
    const ring = among.slice(from, from + length)
    if (ring.length < 2) return 'finds nobody to exchange names'
    const ends: string[] = []
    for (const [at, contact] of ring.entries()) {
      const { displayName } = ring[(at + 1) % ring.length]?.fields ?? {}
      if (displayName === undefined) continue
      const wanted = { displayName: asSeen(displayName) }
      ends.push(await change(world, tenant, contact, 'PATCH', '', { fields: { displayName } }, wanted))
    }
    return `exchanges the names of ${ring.map(shown).join(', ')}: ${ends.find((one) => one !== 'done') ?? 'done'}`
  },
  'crm.nameRow': async (world, tenant, action) => {
    const all = (await contactsOf(world, tenant.workspace)).filter(
      ({ archived, fields }) => !archived && isTyped(fields.displayName),
    )
    const from = Math.floor(action.pick * all.length)
    const row = all.slice(from, from + 2 + Math.floor(action.other * 2))
    if (row.length < 2) return 'finds nobody who moves on to another name'
    // Whoever takes a name is as often before as after the one that gives it up.
    const taken = row.map((contact, at) => ({ contact, displayName: row[at + 1]?.fields.displayName }))
    const inTurn = action.other * 10 - Math.floor(action.other * 10) < 0.5 ? taken : taken.toReversed()
    const ends: string[] = []
    for (const { contact, displayName } of inTurn) {
      const name = displayName ?? String(freshValue('displayName', tenant.workspace, action.number))
      const wanted = { displayName: asSeen(name) }
      ends.push(await change(world, tenant, contact, 'PATCH', '', { fields: { displayName: name } }, wanted))
    }
    return `gives each of ${row.map(shown).join(', ')} the name of the next: ${ends.find((one) => one !== 'done') ?? 'done'}`
  },
  'crm.takeName': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    const lists = ['Employee', 'Vendor', 'Customer'] as const
    const names = lists.flatMap((entity) =>
      world
        .company(tenant)
        .list({ entity, limit: 10_000 })
        .rows.map(({ DisplayName }) => ({ entity, name: String(DisplayName) }))
        .filter(({ name }) => isTyped(name)),
    )
    const taken = names[Math.floor(action.other * names.length)]
    if (contact === undefined || taken === undefined) return 'finds no name to take'
    const wanted = { displayName: asSeen(taken.name) }
    const end = await change(world, tenant, contact, 'PATCH', '', { fields: { displayName: taken.name } }, wanted)
    return `gives ${shown(contact)} the name of a ${taken.entity}: ${end}`
  },
  'crm.resolve': async (world, tenant, action) => {
    const open = await questions(world, tenant)
    // Who is held is decided first: there are few of them.
    const hold = open.find(({ kind }) => kind === 'hold')
    if (hold !== undefined) {
      const take = action.other < 0.5 ? 'unlink' : 'takeOver'
      return `decides ${hold.id} by ${take}: ${await asked(world, tenant, 'POST', `/conflicts/${hold.id}/resolve`, { body: { take } })}`
    }
    const conflict = open[Math.floor(action.pick * open.length)]
    if (conflict === undefined) return 'finds no open conflict'
    const { id, crm, quickbooks } = conflict
    const take = action.other < 0.5 ? 'crm' : 'quickbooks'
    const seen = { ...(crm !== undefined && { crm }), ...(quickbooks !== undefined && { quickbooks }) }
    const end = await asked(world, tenant, 'POST', `/conflicts/${id}/resolve`, { body: { take, seen } })
    return `decides the conflict ${id} for ${take}: ${end}`
  },
  'crm.settings': async (world, tenant, action) => {
    const policies = ['newest', 'quickbooks', 'crm', 'ask'] as const
    const conflicts = policies[Math.floor(action.pick * policies.length)] ?? 'newest'
    const pushNotes = action.other < 0.4 ? undefined : action.other < 0.7
    const end = await choose(world, tenant, { conflicts, ...(pushNotes !== undefined && { pushNotes }) })
    const notes = pushNotes === undefined ? '' : `, and that notes are ${pushNotes ? '' : 'not '}pushed`
    return `chooses the policy ${conflicts}${notes}: ${end}`
  },
  'crm.pushWhen': async (world, tenant, action) => {
    const push = action.pick < 0.6 ? 'automatic' : 'whenAsked'
    return `chooses to push ${push}: ${await choose(world, tenant, { push })}`
  },
  'crm.lists': async (world, tenant, action) => {
    const entities: SyncSettings['entities'] =
      action.pick < 0.65 ? ['customer', 'vendor'] : action.pick < 0.9 ? ['customer'] : ['vendor']
    return `chooses the lists ${entities.join(' and ')}: ${await choose(world, tenant, { entities })}`
  },
  'crm.importVendors': async (world, tenant) => {
    const body = { entity: 'vendor', as: 'account', select: { filter: 'notSynced' }, sameName: 'ask' }
    return `imports vendors that are not linked: ${await asked(world, tenant, 'POST', '/imports', { body })}`
  },
  'crm.resolveAll': async (world, tenant, action) => {
    const policies = ['newest', 'quickbooks', 'crm'] as const
    const take = policies[Math.floor(action.pick * policies.length)] ?? 'newest'
    return `decides all conflicts for ${take}: ${await asked(world, tenant, 'POST', '/conflicts/resolve', { body: { take } })}`
  },
  'crm.pull': async (world, tenant) => `starts a pull: ${await asked(world, tenant, 'POST', '/pulls', { body: {} })}`,
  'crm.import': async (world, tenant, action) => {
    const body = {
      as: action.pick < 0.7 ? 'account' : 'building',
      select: { filter: action.other < 0.8 ? 'notSynced' : 'all' },
      sameName: 'ask',
    }
    return `imports what is not linked: ${await asked(world, tenant, 'POST', '/imports', { body })}`
  },
  'crm.cancel': async (world, tenant) => {
    const [run] = await world.memory.runs.unfinished(tenant.workspace)
    if (run === undefined) return 'finds no run to cancel'
    return `cancels a ${run.kind}: ${await asked(world, tenant, 'POST', `/runs/${run.id}/cancel`)}`
  },
} satisfies Readonly<Record<string, Deed>>

export async function editContact(world: World, tenant: Tenant, contact: Contact, action: Action): Promise<string> {
  const { fields, wanted } = typed(tenant, action)
  return `edits ${shown(contact)} (${names(action)}): ${await change(world, tenant, contact, 'PATCH', '', { fields }, wanted)}`
}

/** The contact at a place in the order of creation. */
export async function pickContact(
  world: World,
  tenant: Tenant,
  pick: number,
  fits: (contact: Contact) => boolean = () => true,
): Promise<Contact | undefined> {
  const all = (await contactsOf(world, tenant.workspace)).filter(fits)
  return all[Math.floor(pick * all.length)]
}

/** All contacts of a workspace, in the order of creation. */
export async function contactsOf(world: World, workspace: string): Promise<readonly Contact[]> {
  const ids: string[] = []
  for await (const rows of world.memory.contacts.scan(workspace)) ids.push(...rows.map(({ id }) => id))
  return world.memory.contacts.getMany(workspace, ids.sort())
}

/** QuickBooks' mark and a name in between are nothing that anybody would type. */
function isTyped(name: Value): boolean {
  return plainName(name) === name && !isPassingName(name)
}

function typed({ workspace }: Tenant, action: Action, isNew = false): Readonly<{ fields: Fields; wanted: Values }> {
  const fields: Record<string, Typed | null> = {}
  const wanted: Record<string, Value> = {}
  const slots = isNew ? new Set(['displayName' as const, ...action.slots]) : action.slots
  let number = action.number
  for (const slot of slots) {
    const isCleared = !isNew && action.cleared.includes(slot)
    const value = isCleared ? undefined : freshValue(slot, workspace, number++)
    fields[slot] = value === undefined ? null : slipped(value, number)
    wanted[slot] = asSeen(value)
  }
  // Every value is of its slot's own kind: texts for texts, addresses for addresses.
  return { fields: fields as Fields, wanted }
}

/** Changes some of the settings, as they were when the person saw them. */
export async function choose(world: World, tenant: Tenant, chosen: Partial<SyncSettings>): Promise<string> {
  const now = await world.ask(tenant, 'GET', '/settings')
  if (now?.status !== 200) return inWords(now)
  const headers = { 'if-match': now.headers.etag ?? '' }
  return asked(world, tenant, 'PUT', '/settings', { headers, body: { ...now.json, ...chosen } })
}

/** Changes a contact as it was when the person saw it. */
function change(
  world: World,
  tenant: Tenant,
  { id, version }: Contact,
  method: string,
  path: string,
  body: object | undefined,
  wanted: Values,
): Promise<string> {
  const headers = { 'if-match': `"${version}"` }
  return asked(world, tenant, method, `/contacts/${id}${path}`, {
    headers,
    wanted,
    ...(body !== undefined && { body }),
  })
}

export async function asked(
  world: World,
  tenant: Tenant,
  method: string,
  path: string,
  sent: Asked = {},
): Promise<string> {
  return inWords(await world.ask(tenant, method, path, sent))
}

/** What a person reads of an answer. */
export function inWords(answer: Answered | undefined): string {
  if (answer === undefined) return 'no answer'
  if (answer.status < 300) return 'done'
  return `HTTP ${answer.status} ${String(answer.json.type ?? '').replace(/^.*[/#:]/, '')}`
}

async function questions(world: World, tenant: Tenant) {
  const listed = await world.ask(tenant, 'GET', '/conflicts')
  return OpenConflicts.safeParse(listed?.json).data?.items ?? []
}

const OpenConflicts = z.object({
  items: z.array(
    z.looseObject({ kind: z.enum(['slot', 'hold']), id: z.string(), crm: z.unknown(), quickbooks: z.unknown() }),
  ),
})

export function shown({ id, link }: Contact): string {
  return `contact ${id.slice(-4)}${link === undefined ? '' : ` (customer ${link.recordId})`}`
}

function names({ slots, cleared }: Action): string {
  return slots.map((slot) => (cleared.includes(slot) ? `empties ${slot}` : slot)).join(', ')
}
