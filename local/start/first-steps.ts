import type { ApiClient, HeldCustomer, Run } from './api-client.ts'
import { type Column, textTable } from './text-table.ts'

export interface FirstSteps {
  readonly client: ApiClient
  /** Undefined: Intuit itself, where only a person can consent. */
  readonly simulator: { readonly isConnected: () => Promise<boolean> } | undefined
  /** Which of the simulator's companies to connect. */
  readonly company: 'first' | 'last'
  readonly print: (text: string) => void
}

const rowsShown = 60
const progressInterval = 3_000

/**
 * Connects the company if need be, pulls it into the holding area and prints what is there.
 * @returns false when a person has to consent first; the link has been printed then
 */
export async function takeFirstSteps({ client, simulator, company, print }: FirstSteps): Promise<boolean> {
  const connection = await client.connection()
  // A simulator that has forgotten its grants would only answer with "reconnect needed".
  const isConnected = connection.status === 'connected' && (await simulator?.isConnected()) !== false
  if (isConnected) {
    print(`Connected since an earlier start: ${connection.companyName ?? 'the QuickBooks company'}.`)
  } else {
    const url = await client.authorize()
    if (simulator === undefined) {
      print(
        `Open this link to connect a sandbox company (good once, for ten minutes), then confirm with the command below:\n  ${url}`,
      )
      return false
    }
    await client.consent(url, company)
    const { companyName } = await client.connection()
    print(`Connected ${companyName ?? 'the QuickBooks company'} by OAuth.`)
  }
  const started = await client.startPull()
  const run = await client.waitForRun(started.id, sayProgress(print))
  const counts = Object.entries(run.counts).map(([name, count]) => `${count} ${name}`)
  const outcome = run.status === 'done' ? '' : ` It ended as ${run.status}: ${run.reason ?? 'no reason given'}.`
  print(`Pulled ${run.progress.rows} rows with ${run.progress.calls} calls (${counts.join(', ')}).${outcome}\n`)

  const customers = await client.heldCustomers(rowsShown + 1)
  print(textTable(columns, customers.slice(0, rowsShown).toSorted(byPlace)))
  if (customers.length > rowsShown) print(`… and more; GET /quickbooks/customers?filter=all has them all.`)
  return true
}

/** Says now and then how far a run is, so that a long one is not taken for a stuck one. */
function sayProgress(print: (text: string) => void): (run: Run) => void {
  let saidAt = Date.now()
  return ({ progress }) => {
    if (Date.now() - saidAt < progressInterval) return
    saidAt = Date.now()
    print(`Pulling: ${progress.rows} of ${progress.rowsTotal ?? 'an unknown number of'} rows`)
  }
}

/** Jobs under their customers. */
function byPlace(left: HeldCustomer, right: HeldCustomer): number {
  const [path, other] = [left.fullName.split(':'), right.fullName.split(':')]
  for (const [at, name] of path.entries()) {
    const difference = names.compare(name, other[at] ?? '')
    if (difference !== 0) return difference
  }
  return path.length - other.length
}

const names = new Intl.Collator('en')

const columns: readonly Column<HeldCustomer>[] = [
  { title: 'Customer', value: ({ name, level }) => `${'  '.repeat(level)}${name}`, atMost: 40 },
  { title: 'Company', value: ({ companyName = '' }) => companyName, atMost: 24 },
  { title: 'Email or phone', value: ({ email, phone }) => email ?? phone ?? '', atMost: 30 },
  { title: 'Billing address', value: ({ billLine = '' }) => billLine, atMost: 36 },
  { title: 'Balance', value: ({ balance }) => balance?.toFixed(2) ?? '', atMost: 12, alignRight: true },
  { title: 'Active', value: ({ active }) => (active ? 'yes' : 'no'), atMost: 6 },
]
