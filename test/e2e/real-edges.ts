import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMovable } from '../../local/quickbooks/clock.ts'
import type { Company } from '../../local/quickbooks/company/company.ts'
import { createRandom } from '../../local/quickbooks/random.ts'
import { SAMPLE_REALM } from '../../local/quickbooks/simulator.ts'
import { type ApiAnswer, type ApiRequest, startTandem, type Tandem } from '../local/cloud-fixture.ts'
import { ifMatch } from './crm.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is what the tests look into.
type Body = any

/** Texts that both sides keep as they are typed, by their names on either side. */
const FIELDS = [
  { crm: 'notes', quickbooks: 'Notes', write: (text: string) => text },
  { crm: 'mobile', quickbooks: 'Mobile', write: (text: string) => ({ FreeFormNumber: text }) },
  { crm: 'companyName', quickbooks: 'CompanyName', write: (text: string) => text },
] as const

/** The sample company's customers that play a part; all others would only take time. */
const USED = ['2', '3', '4', '6', '12', '13', '23', '27']

/** What is killed. Each comes back by itself or at once, as on AWS. */
const EDGES = ['Pull', 'Push', 'Admin', 'Webhook', 'dynamodb', 'sqs', 'quickbooks'] as const
type Edge = (typeof EDGES)[number]

/** A value that somebody was told is stored. Whoever writes the same field again on the same side takes its place. */
export interface Acknowledged {
  readonly side: 'crm' | 'quickbooks'
  /** The id of the contact or of the customer. */
  readonly id: string
  readonly field: (typeof FIELDS)[number]['crm']
  readonly value: string
}

export interface Story {
  readonly acknowledged: readonly Acknowledged[]
  /** Contacts that people were told are made. */
  readonly made: readonly string[]
  /** Runs that were accepted with 202. */
  readonly runs: readonly string[]
  readonly killed: Readonly<Record<Edge, number>>
}

const STEPS = 14
const DAY = 24 * 60 * 60_000

/** Event loops that turn before something is killed: somewhere between the first call of an action and its last. */
const MOST_TURNS = 400

/** Starts Tandem with its DynamoDB and SQS kept in files, with the sample company pulled and some of it imported. */
export async function startOnFiles(): Promise<Tandem & { readonly company: () => Company }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tandem-edges-'))
  const tandem = await startTandem({ dataDir })
  const { cloud, call } = tandem
  await tandem.connect()
  await call('POST /pulls')
  await cloud.idle()
  await call('POST /imports', { json: { as: 'account', select: { ids: USED } } })
  await cloud.idle()
  return {
    ...tandem,
    get simulator() {
      return tandem.simulator
    },
    company: () => {
      const company = tandem.simulator.companies.find(SAMPLE_REALM)
      if (company === undefined) throw new Error('QuickBooks has lost the company.')
      return company
    },
    close: async () => {
      await tandem.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

/** Lives a story: people work on both sides while things are killed, in an order and at moments that follow from the seed. */
export async function live(tandem: Tandem, seed: string): Promise<Story> {
  const { cloud, simulatorUrl } = tandem
  const random = createRandom(seed)
  const acknowledged = new Map<string, Acknowledged>()
  const made: string[] = []
  const runs: string[] = []
  const killed = { Pull: 0, Push: 0, Admin: 0, Webhook: 0, dynamodb: 0, sqs: 0, quickbooks: 0 }
  const { items } = (await tandem.call('GET /contacts?limit=8')).body
  const linked: readonly Body[] = await Promise.all(
    items.map(async ({ id }: Body) => (await tandem.call(`GET /contacts/${id}`)).body),
  )

  /** Undefined when nobody was told anything, or nothing good. */
  const tell = async (route: string, request: ApiRequest = {}): Promise<Body | undefined> => {
    const answer: ApiAnswer | undefined = await tandem.call(route, request).catch(() => undefined)
    return answer !== undefined && answer.status < 300 ? answer.body : undefined
  }
  const acknowledge = (entry: Acknowledged): void => {
    acknowledged.set(`${entry.side} ${entry.id} ${entry.field}`, entry)
  }

  const create = async (value: string): Promise<void> => {
    const fields = { displayName: `Customer ${value}`, notes: value }
    const contact = await tell('POST /contacts', { json: { fields } })
    if (contact === undefined) return
    made.push(contact.id)
    acknowledge({ side: 'crm', id: contact.id, field: 'notes', value })
  }
  const edit = async (value: string, id: string, field: (typeof FIELDS)[number]): Promise<void> => {
    const seen = await tell(`GET /contacts/${id}`)
    if (seen === undefined) return
    const request = { json: { fields: { [field.crm]: value } }, headers: ifMatch(seen.version) }
    if ((await tell(`PATCH /contacts/${id}`, request)) === undefined) return
    acknowledge({ side: 'crm', id, field: field.crm, value })
  }
  const keepBooks = async (value: string, id: string, field: (typeof FIELDS)[number]): Promise<void> => {
    const answer = await fetch(`${simulatorUrl}/control/companies/${SAMPLE_REALM}/customers/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ [field.quickbooks]: field.write(value) }),
    }).catch(() => undefined)
    if (answer?.ok === true) acknowledge({ side: 'quickbooks', id, field: field.crm, value })
  }
  const start = async (route: string): Promise<void> => {
    const run = await tell(route)
    if (run !== undefined) runs.push(run.id)
  }

  const act = (step: number): (() => Promise<void>) => {
    const value = `${seed}-${step}`
    const field = random.pick(FIELDS)
    const contact = random.pick(linked)
    const kind = random.integer(10)
    if (kind < 3) return () => create(value)
    if (kind < 6) return () => edit(value, contact.id, field)
    if (kind < 9) return () => keepBooks(value, contact.link.recordId, field)
    return () => start(random.pick(['POST /pulls', `POST /contacts/${contact.id}/sync`]))
  }

  const kill = async (edge: Edge): Promise<void> => {
    killed[edge] += 1
    if (edge === 'dynamodb') await cloud.dynamoDb.crash()
    else if (edge === 'sqs') await cloud.queues.restart()
    else if (edge === 'quickbooks') await tandem.restartSimulator()
    else await cloud.functions.crash(edge)
  }

  // Each thing is killed as often as any other, in an order of its own.
  let waiting: Edge[] = []
  for (let step = 0; step < STEPS; step += 1) {
    if (waiting.length === 0) waiting = [...EDGES]
    const edge = random.pick(waiting)
    waiting = waiting.filter((each) => each !== edge)
    const deeds = [act(step), act(step + STEPS)].map((deed) => deed())
    for (let turns = random.integer(MOST_TURNS); turns > 0; turns -= 1) await new Promise(setImmediate)
    await Promise.all([...deeds, kill(edge)])
  }
  return { acknowledged: [...acknowledged.values()], made, runs, killed }
}

/** Lets time pass on both sides until whatever waits has had its turn: retries, sweeps, and the safety net of every day. */
export async function recover({ cloud, simulator }: Tandem): Promise<void> {
  const idle = () => cloud.idle({ timeout: 60_000, passVisibilityTimeout: true })
  await idle()
  for (const milliseconds of [10 * 60_000, DAY, 60 * 60_000]) {
    cloud.passTime(milliseconds)
    if (isMovable(simulator.clock)) simulator.clock.advance(milliseconds)
    for (const name of milliseconds === DAY ? ['Daily', 'Sweep'] : ['Sweep']) {
      const ran = await cloud.runSchedule(name)
      if (ran?.ok !== true) throw new Error(`${name} failed: ${JSON.stringify(ran)}`)
      await idle()
    }
  }
}

/** What a customer holds in a field, as a person wrote it. */
export function textOf(customer: Body, field: Acknowledged['field']): string | undefined {
  if (field === 'notes') return customer?.Notes
  return field === 'mobile' ? customer?.Mobile?.FreeFormNumber : customer?.CompanyName
}
