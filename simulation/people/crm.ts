import type { ContactEdit } from '#core/contact-edit'
import { problemOf } from '#core/errors'
import type { Contact, Fields } from '#core/records'
import { resolveConflict } from '#sync/conflicts'
import { createContact, newJob, updateContact } from '#sync/edit-contact'
import type { Ports } from '#sync/ports'
import { getSettings, saveSettings } from '#sync/settings'
import type { Value, Values } from '../checker/values.ts'
import type { Tenant, World } from '../world/world.ts'
import type { Action } from './actions.ts'
import { asSeen, freshValue, type Typed } from './values.ts'

const API_MS = 29_000

export type Deed = (world: World, tenant: Tenant, action: Action) => Promise<string>

/** What a person does in the CRM, through its API. Answers what came of it, in words. */
export const CRM_DEEDS = {
  'crm.edit': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    if (contact === undefined) return 'finds no contact'
    const { fields, wanted } = typed(tenant, action)
    return `edits ${shown(contact)} (${names(action)}): ${await change(world, tenant, contact, { fields }, wanted)}`
  },
  'crm.create': async (world, tenant, action) => {
    const { fields, wanted } = typed(tenant, action, true)
    const end = await did(world, 'create', { ...wanted, active: 'true' }, (ports) =>
      createContact(ports, { ...tenant, kind: 'client', isCustomer: action.other < 0.8, fields }),
    )
    return `creates a contact: ${end}`
  },
  'crm.job': async (world, tenant, action) => {
    const parent = await pickContact(world, tenant, action.pick)
    if (parent === undefined) return 'finds no contact'
    const { fields, wanted } = typed(tenant, action, true)
    const end = await did(world, 'create', { ...wanted, active: 'true', parent: parent.id }, (ports) =>
      newJob(ports, { ...tenant, parentId: parent.id, fields }),
    )
    return `makes a job under ${shown(parent)}: ${end}`
  },
  'crm.archive': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    if (contact === undefined) return 'finds no contact'
    const end = await change(world, tenant, contact, { archived: true }, { active: 'false' })
    return `archives ${shown(contact)}: ${end}`
  },
  'crm.unarchive': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick, ({ archived }) => archived)
    if (contact === undefined) return 'finds no archived contact'
    const end = await change(world, tenant, contact, { archived: false }, { active: 'true' })
    return `takes ${shown(contact)} out of the archive: ${end}`
  },
  'crm.move': async (world, tenant, action) => {
    const contact = await pickContact(world, tenant, action.pick)
    const parent = action.other < 0.25 ? undefined : await pickContact(world, tenant, action.other)
    if (contact === undefined || contact.id === parent?.id) return 'finds nothing to move'
    const edit = { parentId: parent?.id ?? null }
    const end = await change(world, tenant, contact, edit, { parent: parent?.id })
    return `moves ${shown(contact)} ${parent === undefined ? 'to the top' : `under ${shown(parent)}`}: ${end}`
  },
  'crm.resolve': async (world, tenant, action) => {
    const { rows } = await world.memory.conflicts.list(tenant.workspace, 100)
    const row = rows[Math.floor(action.pick * rows.length)]
    if (row === undefined) return 'finds no open conflict'
    const { contactId, slot, crm, quickbooks } = row
    const take = action.other < 0.5 ? 'crm' : 'quickbooks'
    const seen = { ...(crm !== undefined && { crm }), ...(quickbooks !== undefined && { quickbooks }) }
    const end = await did(world, 'resolve', {}, (ports) =>
      resolveConflict(ports, { ...tenant, contactId, slot, take, seen }),
    )
    return `decides ${slot} of contact ${contactId} for ${take}: ${end}`
  },
  'crm.settings': async (world, tenant, action) => {
    const policies = ['newest', 'quickbooks', 'crm', 'ask'] as const
    const conflicts = policies[Math.floor(action.pick * policies.length)] ?? 'newest'
    const pushNotes = action.other < 0.7
    const end = await did(world, 'settings', {}, async (ports) => {
      const { settings, version } = await getSettings(ports, tenant.workspace)
      return saveSettings(ports, { ...tenant, settings: { ...settings, conflicts, pushNotes }, version })
    })
    return `chooses the policy ${conflicts}, notes ${pushNotes ? 'are' : 'are not'} pushed: ${end}`
  },
  'crm.pull': async (world, tenant) => `starts a pull: ${await asked(world, tenant, 'POST', '/pulls', {})}`,
  'crm.import': async (world, tenant, action) => {
    const body = {
      as: action.pick < 0.7 ? 'account' : 'building',
      select: { filter: action.other < 0.8 ? 'notSynced' : 'all' },
      sameName: 'ask',
    }
    return `imports what is not linked: ${await asked(world, tenant, 'POST', '/imports', body)}`
  },
  'crm.cancel': async (world, tenant) => {
    const [run] = await world.memory.runs.unfinished(tenant.workspace)
    if (run === undefined) return 'finds no run to cancel'
    return `cancels a ${run.kind}: ${await asked(world, tenant, 'POST', `/runs/${run.id}/cancel`)}`
  },
} satisfies Readonly<Record<string, Deed>>

/** The contact at a place in the order of creation. */
async function pickContact(
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

function typed({ workspace }: Tenant, action: Action, isNew = false): Readonly<{ fields: Fields; wanted: Values }> {
  const fields: Record<string, Typed | null> = {}
  const wanted: Record<string, Value> = {}
  const slots = isNew ? new Set(['displayName' as const, ...action.slots]) : action.slots
  let number = action.number
  for (const slot of slots) {
    const isCleared = !isNew && action.cleared.includes(slot)
    const value = isCleared ? undefined : freshValue(slot, workspace, number++)
    fields[slot] = value ?? null
    wanted[slot] = asSeen(value)
  }
  // Every value is of its slot's own kind: texts for texts, addresses for addresses.
  return { fields: fields as Fields, wanted }
}

function change(
  world: World,
  tenant: Tenant,
  { id, version }: Contact,
  edit: ContactEdit,
  wanted: Values,
): Promise<string> {
  return did(world, 'edit', wanted, (ports) => updateContact(ports, { ...tenant, id, version, edit }))
}

async function did(
  world: World,
  kind: string,
  wanted: Values,
  work: (ports: Ports) => Promise<unknown>,
): Promise<string> {
  try {
    return (await world.invoke(kind, API_MS, work, wanted)) === undefined ? 'no answer' : 'done'
  } catch (thrown) {
    return problemOf(thrown)?.kind ?? 'it failed'
  }
}

async function asked(world: World, tenant: Tenant, method: string, path: string, body?: unknown): Promise<string> {
  const answer = await world.ask(tenant, method, path, body === undefined ? {} : { body })
  return answer === undefined ? 'no answer' : `HTTP ${answer.status}`
}

function shown({ id, link }: Contact): string {
  return `contact ${id.slice(-4)}${link === undefined ? '' : ` (customer ${link.recordId})`}`
}

function names({ slots, cleared }: Action): string {
  return slots.map((slot) => (cleared.includes(slot) ? `empties ${slot}` : slot)).join(', ')
}
