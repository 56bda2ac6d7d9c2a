import { notAmong, placeRefusal } from '#core/birth'
import type { FieldError } from '#core/errors'
import type { Contact, Mirror } from '#core/records'
import { recordOf } from './contacts.ts'
import { wantCurrencies } from './currencies.ts'
import type { Ports } from './ports.ts'

export type EditCurrencyPorts = Pick<Ports, 'clock' | 'connections' | 'hints' | 'ids' | 'log' | 'mirrors'>

/**
 * Why a contact cannot be in the currency that somebody chooses; nothing where it can. Only a contact at the top that
 * was never in QuickBooks has a choice: a job has its parent's currency, and QuickBooks never changes one.
 */
export async function currencyErrors(
  ports: EditCurrencyPorts,
  workspace: string,
  { link, intent, parentId }: Pick<Contact, 'link' | 'intent' | 'parentId'>,
  currency: string | null | undefined,
): Promise<readonly FieldError[]> {
  const error = (message: string) => [{ path: 'currency', message }]
  if (currency === undefined || currency === null) return []
  if (link !== undefined) return error('Its currency was fixed when it was created in QuickBooks.')
  if (intent !== undefined) return error('It is being created in QuickBooks at this moment.')
  if (parentId !== undefined) return error('A job has the currency of its parent: choose it there.')
  const connection = await ports.connections.get(workspace)
  if (connection === undefined || connection.status === 'disconnected')
    return error('Connect QuickBooks first: its company says which currencies there are.')
  const { currencies } = connection
  if (currencies !== undefined && (currency === currencies.home || currencies.active.includes(currency))) return []
  const isAsked = await wantCurrencies(ports, workspace)
  if (currencies === undefined) return error(`Which currencies there are is not known yet. ${ASKED}`)
  const { reason, advice } = notAmong(currency, currencies.isMulti)
  return error(`${reason} ${advice}${isAsked ? ` ${ASKED}` : ''}`)
}

const ASKED = 'QuickBooks is being asked: try again in a minute.'

/** Why a contact cannot come under this one: QuickBooks would not have its customer there. */
export async function placeInBooksErrors(
  ports: Pick<Ports, 'mirrors'>,
  workspace: string,
  contact: Pick<Contact, 'link' | 'currency'>,
  path: readonly Contact[],
): Promise<readonly FieldError[]> {
  const [parent, ...above] = path
  if (parent === undefined) return []
  const record = (await recordOf(ports, workspace, contact)) ?? contact
  const parentRecord = await recordOf(ports, workspace, parent)
  // Where the parent is not in QuickBooks yet, it will be in the currency of those above it.
  const top = parentRecord ?? (await inherited(ports, workspace, [parent, ...above]))
  const refused = placeRefusal(record, top)
  return refused === undefined ? [] : [{ path: 'parentId', message: `${refused.reason} ${refused.advice}` }]
}

async function inherited(
  ports: Pick<Ports, 'mirrors'>,
  workspace: string,
  path: readonly Contact[],
): Promise<Pick<Mirror, 'currency'>> {
  for (const contact of path) {
    const { currency } = (await recordOf(ports, workspace, contact)) ?? contact
    if (currency !== undefined) return { currency }
  }
  return {}
}
