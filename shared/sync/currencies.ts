import type { Connection, Currencies, KnownCurrencies } from '#core/records'
import { changeConnection } from './connection-changes.ts'
import { hintPull } from './hint-work.ts'
import type { Company, Ports } from './ports.ts'

export const DAY_MS = 86_400_000

type CurrencyPorts = Pick<Ports, 'clock' | 'connections'>

/** The company's currencies as last read; asked for where they never were, or longer ago than may be. */
export async function currenciesOf(
  ports: CurrencyPorts,
  workspace: string,
  company: Pick<Company, 'currencies'>,
  atMostMs = Number.POSITIVE_INFINITY,
): Promise<Currencies> {
  const known = (await ports.connections.get(workspace))?.currencies
  const isKnown = known !== undefined && ports.clock.now() - Date.parse(known.readAt) <= atMostMs
  return isKnown ? known : readCurrencies(ports, workspace, company)
}

/** Reads the company's currencies and keeps them on the connection. */
export async function readCurrencies(
  ports: CurrencyPorts,
  workspace: string,
  company: Pick<Company, 'currencies'>,
): Promise<KnownCurrencies> {
  const currencies = { ...(await company.currencies()), readAt: new Date(ports.clock.now()).toISOString() }
  await changeConnection(ports, workspace, ({ currenciesWanted: _read, ...connection }) => ({
    ...connection,
    currencies,
  }))
  return currencies
}

/** Whether the upkeep is to read them. Who never asks for a currency costs no read. */
export function areCurrenciesDue({ currenciesWanted }: Connection): boolean {
  return currenciesWanted === true
}

/**
 * Somebody was refused a currency by what was read before today: it is read again, so that they may try once more.
 * Answers whether it is.
 */
export async function wantCurrencies(
  ports: CurrencyPorts & Pick<Ports, 'hints' | 'ids' | 'log'>,
  workspace: string,
): Promise<boolean> {
  const nowMs = ports.clock.now()
  const isMarked = await changeConnection(ports, workspace, (connection) => {
    const { status, currencies } = connection
    const isFresh = currencies !== undefined && nowMs - Date.parse(currencies.readAt) < DAY_MS
    return status !== 'connected' || isFresh ? undefined : { ...connection, currenciesWanted: true }
  })
  if (isMarked) await hintPull(ports, 'upkeep', workspace, ports.ids.next())
  return isMarked
}
