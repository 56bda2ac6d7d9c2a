import type { Outcome } from '../../local/quickbooks/company/bookkeeper.ts'
import type { Company } from '../../local/quickbooks/company/company.ts'
import type { JsonObject } from '../../local/quickbooks/company/json.ts'
import { isPassingName, valuesOfRecord } from '../checker/values.ts'
import type { Tenant, World } from '../world/world.ts'
import type { Action } from './actions.ts'
import { contactsOf, type Deed } from './crm.ts'
import { asProperties, freshValue, respelled, TYPED_SLOTS, type TypedSlot } from './values.ts'

/** What a bookkeeper does in QuickBooks' own screens. */
export const BOOKS_DEEDS = {
  'books.edit': async (world, tenant, action) => {
    const id = pickRecord(world, tenant, action.pick)
    if (id === undefined) return 'finds no customer'
    return editRecord(world, tenant, id, action)
  },
  'books.respell': async (world, tenant, action) => {
    const id = pickRecord(world, tenant, action.pick)
    const record = id === undefined ? undefined : world.company(tenant).read('Customer', id)
    if (id === undefined || record === undefined) return 'finds no customer'
    const held = valuesOfRecord(record)
    const respelt = action.slots.flatMap((slot) => {
      const value = held[slot]
      // A name in between is ours: nobody corrects its spelling before it is gone again.
      return value === undefined || slot.endsWith('Address') || isPassingName(value)
        ? []
        : [[slot, asProperties(slot, respelled(slot, value, action.number / 10 + 1))] as const]
    })
    const fields = Object.assign({}, ...respelt.map(([, property]) => property))
    const what = `corrects the spelling of customer ${id} (${respelt.map(([slot]) => slot).join(', ')})`
    return `${what}: ${end(keeper(world, tenant).edit('Customer', id, fields))}`
  },
  'books.create': async (world, tenant, action) =>
    `creates a customer: ${end(keeper(world, tenant).create('Customer', typed(tenant, action, true)))}`,
  'books.job': async (world, tenant, action) => {
    const parent = pickRecord(world, tenant, action.pick)
    if (parent === undefined) return 'finds no customer'
    const place = { Job: true, ParentRef: { value: parent }, ...currencyOf(world.company(tenant), parent) }
    const fields = { ...typed(tenant, action, true), ...place }
    return `creates a sub-customer of ${parent}: ${end(keeper(world, tenant).create('Customer', fields))}`
  },
  'books.project': async (world, tenant, action) => {
    const parent = pickRecord(world, tenant, action.pick)
    if (parent === undefined) return 'finds no customer'
    const name = String(typed(tenant, action, true).DisplayName)
    return `makes a project of ${parent}: ${end(keeper(world, tenant).createProject(parent, name))}`
  },
  'books.currency': async (world, tenant, action) => {
    const code = action.pick < 0.5 ? 'EUR' : 'GBP'
    const isAdded = keeper(world, tenant).addCurrency(code).ok
    const money = { CurrencyRef: { value: code } }
    const made = keeper(world, tenant).create('Customer', { ...typed(tenant, action, true), ...money })
    return `adds the currency ${code} (${isAdded}), and creates a customer in it: ${end(made)}`
  },
  'books.deactivate': async (world, tenant, action) => {
    const id = pickRecord(world, tenant, action.pick)
    if (id === undefined) return 'finds no customer'
    return `makes customer ${id} inactive: ${end(keeper(world, tenant).deactivate('Customer', id))}`
  },
  'books.reactivate': async (world, tenant, action) => {
    const id = pickRecord(world, tenant, action.pick, (record) => record.Active === false)
    if (id === undefined) return 'finds no inactive customer'
    return `makes customer ${id} active: ${end(keeper(world, tenant).reactivate('Customer', id))}`
  },
  'books.move': async (world, tenant, action) => {
    const id = pickRecord(world, tenant, action.pick)
    const parent = action.other < 0.25 ? undefined : pickRecord(world, tenant, action.other)
    if (id === undefined || id === parent) return 'finds nothing to move'
    const fields = parent === undefined ? { Job: false, ParentRef: null } : { Job: true, ParentRef: { value: parent } }
    const to = parent === undefined ? 'to the top' : `under ${parent}`
    return `moves customer ${id} ${to}: ${end(keeper(world, tenant).edit('Customer', id, fields))}`
  },
  'books.merge': async (world, tenant, action) => {
    const loser = pickRecord(world, tenant, action.pick)
    const survivor = pickRecord(world, tenant, action.other, (record) => record.Active !== false)
    if (loser === undefined || survivor === undefined || loser === survivor) return 'finds nothing to merge'
    return `merges customer ${loser} into ${survivor}: ${end(keeper(world, tenant).merge('Customer', survivor, loser))}`
  },
  'books.invoice': async (world, tenant, action) => {
    const id = pickRecord(world, tenant, action.pick, (record) => record.Active !== false)
    if (id === undefined) return 'finds no customer'
    const open = keeper(world, tenant)
      .invoices(id)
      .find(({ paid }) => !paid)
    if (open !== undefined && action.other < 0.7)
      return `books a payment of ${id}: ${end(keeper(world, tenant).payInvoice(open.id))}`
    return `bills customer ${id}: ${end(keeper(world, tenant).createInvoice(id, 100 + action.number))}`
  },
  'books.billAll': async (world, tenant, action) => {
    const all = world.company(tenant).list({ entity: 'Customer', limit: 10_000 }).rows
    const ids = all.flatMap(({ Id, Active }) => (Active === false ? [] : [String(Id)]))
    const ends = ids.map((id) => end(keeper(world, tenant).createInvoice(id, 100 + action.number)))
    return `bills ${ids.length} customers: ${ends.find((one) => one !== 'done') ?? 'done'}`
  },
  'books.vendor': async (world, tenant, action) => {
    const id = pickRecord(world, tenant, action.pick, () => true, 'Vendor')
    const vendors = keeper(world, tenant)
    if (id === undefined || action.other < 0.15)
      return `creates a vendor: ${end(vendors.create('Vendor', typed(tenant, action, true, VENDOR_SLOTS)))}`
    if (action.other < 0.25) return `makes vendor ${id} inactive: ${end(vendors.deactivate('Vendor', id))}`
    if (action.other < 0.35) return `makes vendor ${id} active: ${end(vendors.reactivate('Vendor', id))}`
    const into = pickRecord(world, tenant, action.other, (record) => record.Active !== false, 'Vendor')
    if (action.other < 0.4 && into !== undefined && into !== id)
      return `merges vendor ${id} into ${into}: ${end(vendors.merge('Vendor', into, id))}`
    const fields = typed(tenant, action, false, VENDOR_SLOTS)
    return `edits vendor ${id} (${Object.keys(fields).join(', ')}): ${end(vendors.edit('Vendor', id, fields))}`
  },
  'books.names': async (world, tenant, action) => {
    const { workspace } = tenant
    const entity = action.number % 30 === 0 ? 'Vendor' : 'Employee'
    const id = pickRecord(world, tenant, action.pick, () => true, entity)
    const fresh = String(freshValue('displayName', workspace, action.number + 5))
    // What is on its way to QuickBooks, if anything is: the name is free there still.
    const contacts = await contactsOf(world, workspace)
    const waiting = contacts.filter(({ toPushSince }) => toPushSince !== undefined)
    const among = waiting.length > 0 ? waiting : contacts
    const { displayName: wished = fresh } = among[Math.floor(action.pick * among.length)]?.fields ?? {}
    if (id === undefined || action.other < 0.25) {
      const name = action.other < 0.15 ? wished : fresh
      const person = entity === 'Employee' ? { GivenName: 'Ada', FamilyName: `King ${action.number}` } : {}
      return `enters a ${entity} by the name ${name}: ${end(keeper(world, tenant).create(entity, { ...person, DisplayName: name }))}`
    }
    if (action.other < 0.4)
      return `makes ${entity} ${id} inactive: ${end(keeper(world, tenant).deactivate(entity, id))}`
    if (action.other < 0.5) return `makes ${entity} ${id} active: ${end(keeper(world, tenant).reactivate(entity, id))}`
    const name = action.other < 0.75 ? fresh : wished
    return `gives ${entity} ${id} the name ${name}: ${end(keeper(world, tenant).edit(entity, id, { DisplayName: name }))}`
  },
} satisfies Readonly<Record<string, Deed>>

/** A sub-customer's currency, as QuickBooks' own screens give it. */
export function currencyOf(company: Company, parent: string): JsonObject {
  const { CurrencyRef } = company.read('Customer', parent) ?? {}
  return CurrencyRef === undefined ? {} : { CurrencyRef }
}

/** What QuickBooks keeps of a vendor. */
const VENDOR_SLOTS = TYPED_SLOTS.filter((slot) => !['notes', 'resaleNumber', 'shipAddress'].includes(slot))

export function editRecord(world: World, tenant: Tenant, id: string, action: Action): string {
  const outcome = keeper(world, tenant).edit('Customer', id, typed(tenant, action))
  return `edits customer ${id} (${names(action)}): ${end(outcome)}`
}

function keeper(world: World, tenant: Tenant) {
  return world.company(tenant).bookkeeper
}

/** The id of the record at a place in the order of creation. */
function pickRecord(
  world: World,
  tenant: Tenant,
  pick: number,
  fits: (record: JsonObject) => boolean = () => true,
  entity: 'Customer' | 'Vendor' | 'Employee' = 'Customer',
): string | undefined {
  const ids = world
    .company(tenant)
    .list({ entity, limit: 10_000 })
    .rows.filter(fits)
    .map(({ Id }) => Number(Id))
    .sort((a, b) => a - b)
  const id = ids[Math.floor(pick * ids.length)]
  return id === undefined ? undefined : String(id)
}

/** What the bookkeeper types; numbered apart from what the CRM's people type in the same action. */
function typed(
  { workspace }: Tenant,
  action: Action,
  isNew = false,
  kept: readonly TypedSlot[] = TYPED_SLOTS,
): JsonObject {
  const meant = action.slots.filter((slot) => kept.includes(slot))
  const slots = isNew ? new Set(['displayName' as const, ...meant]) : meant
  let number = action.number + 5
  const all = [...slots].map((slot) => {
    const isCleared = !isNew && action.cleared.includes(slot)
    return asProperties(slot, isCleared ? undefined : freshValue(slot, workspace, number++))
  })
  return Object.assign({}, ...all)
}

function end(outcome: Outcome): string {
  return outcome.ok ? 'done' : `QuickBooks refuses (${outcome.errors.map(({ Message }) => Message).join(', ')})`
}

function names({ slots, cleared }: Action): string {
  return slots.map((slot) => (cleared.includes(slot) ? `empties ${slot}` : slot)).join(', ')
}
