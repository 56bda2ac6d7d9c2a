import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { createDynamoPorts } from '#dynamodb/ports'
import type { TokenVault } from '#dynamodb/token-vault'
import { systemClock } from '#lambda/clock'
import { startCloud } from '../../local/cloud/cloud.ts'
import { synthesize } from '../../local/cloud/template/synthesize.ts'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { createSimulator } from '../../local/quickbooks/simulator.ts'
import { sendOverHttp } from '../../local/quickbooks/webhooks/http-sender.ts'
import { fillInConsent } from '../../local/start/consent.ts'
import { countingCalls, REALM } from './two-sides.ts'

const WORKSPACE = 'bench'
const SCOPES = ['tandem/read', 'tandem/write', 'tandem/admin']
/** Between two looks at whether something has come true: adds half of it to what is measured. */
const LOOK_MS = 4
const PATIENCE_MS = 30_000

const beganSchema = z.object({ url: z.string() })
const consentedSchema = z.object({ code: z.string() })
const reportSchema = z.object({
  type: z.literal('platform.report'),
  durationMs: z.number(),
  status: z.string().optional(),
})

/** One notification of QuickBooks' that was sent, on performance.now(). */
export type Delivered = Readonly<{ sentAt: number; tookMs: number; status: number }>

export type RunningCloud = Awaited<ReturnType<typeof openCloud>>

// The connection's tokens are the functions' business: nobody reads them here.
const noVault: TokenVault = {
  seal: () => Promise.reject(new Error('A benchmark stores no tokens.')),
  open: () => Promise.reject(new Error('A benchmark stores no tokens.')),
}

/**
 * Tandem's whole stack on the laptop's cloud, all functions as they are bundled for Lambda, with the QuickBooks
 * simulator at the other end, which answers without latency and sends its webhooks. A company's customers are all in
 * the CRM, linked.
 */
export async function openCloud(customers: number) {
  const deliveries: Delivered[] = []
  const simulator = createSimulator({
    companies: [{ realmId: REALM, kind: 'generated', customers }],
    send: async (notification) => {
      const sentAt = performance.now()
      const answer = await sendOverHttp(notification)
      deliveries.push({ sentAt, tookMs: performance.now() - sentAt, status: answer.status })
      return answer
    },
  })
  const company = simulator.companies.find(REALM)
  if (company === undefined) throw new Error('The simulator has no such company.')
  const listening = await simulator.listen({ port: 0 })
  const { clientId, clientSecret, verifierToken } = DEFAULT_APP
  const root = join(import.meta.dirname, '..', '..')
  const { template } = await synthesize(root, { stage: 'laptop', intuitEnvironment: 'sandbox' })
  const cloud = await startCloud({
    template,
    schedules: false,
    simulatorUrl: listening.url,
    secrets: {
      IntuitClientSecret: JSON.stringify({ clientId, clientSecret }),
      WebhookVerifierSecret: JSON.stringify({ verifierTokens: [verifierToken] }),
    },
  })
  simulator.apps.register({
    ...DEFAULT_APP,
    redirectUris: [`${cloud.apiUrl}/oauth/callback`],
    webhookUrl: `${cloud.apiUrl}/webhooks/quickbooks`,
  })
  const bearer = await cloud.mintToken({ workspace: WORKSPACE, scopes: SCOPES, person: 'bench' })
  const call = async (route: string, json?: object, headers: Readonly<Record<string, string>> = {}) => {
    const [method = 'GET', path = '/'] = route.split(' ')
    const response = await fetch(`${cloud.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`)
    return JSON.parse(text) as unknown
  }
  const [tableName = ''] = cloud.dynamoDb.tableNames
  const stored = createDynamoPorts({ tableName, client: cloud.dynamoDb.client, clock: systemClock, vault: noVault })

  const connect = async () => {
    const { url } = beganSchema.parse(await call('POST /connection/authorize'))
    const { action, fields } = fillInConsent(await (await fetch(url)).text(), url)
    const decided = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' })
    const back = await fetch(decided.headers.get('location') ?? '')
    if (!back.ok) throw new Error(`Connecting failed: ${back.status} ${await back.text()}`)
    await call('POST /connection/confirm', { code: consentedSchema.parse(await back.json()).code })
  }
  /** Resolves when QuickBooks has nothing left to send, and nothing is at work. */
  const settle = async () => {
    await until(
      () => simulator.modules.webhooks.waiting().events + simulator.modules.webhooks.waiting().deliveries === 0,
    )
    await cloud.idle({ timeout: 10 * PATIENCE_MS })
  }
  const contactOf = async (customerId: string) => {
    const { contactId = '' } = (await stored.mirrors.get(WORKSPACE, 'customer', customerId)) ?? {}
    const contact = await stored.contacts.get(WORKSPACE, contactId)
    if (contact === undefined) throw new Error(`Customer ${customerId} is linked to no contact.`)
    return contact
  }

  await connect()
  await call('POST /pulls')
  await cloud.idle()
  await call('POST /imports', { as: 'account', select: { filter: 'all' }, sameName: 'link' })
  await cloud.idle()
  return {
    simulator,
    company,
    deliveries: (): readonly Delivered[] => [...deliveries],
    customers: () =>
      company.list({ entity: 'Customer', active: true, limit: 1_000_000 }).rows.map(({ Id }) => String(Id)),
    /** A bookkeeper edits a customer. Throws an Error when QuickBooks does not let them. */
    editThere: (id: string, notes: string): void => {
      const outcome = company.bookkeeper.edit('Customer', id, { Notes: notes })
      if (!outcome.ok) throw new Error(`The simulator refused: ${JSON.stringify(outcome.errors)}`)
    },
    /** A person edits the contact as it is now. */
    editHere: async ({ id, version }: Readonly<{ id: string; version: number }>, notes: string): Promise<void> => {
      await call(`PATCH /contacts/${id}`, { fields: { notes } }, { 'if-match': `"${version}"` })
    },
    contactOf,
    contact: (id: string) => stored.contacts.get(WORKSPACE, id),
    settle,
    countingCalls: () => countingCalls(simulator.calls),
    /** Milliseconds that each invocation of a function took, oldest first, of the last that its log holds. */
    invocations: (name: string): readonly number[] =>
      cloud.functions.log(name).flatMap((line) => {
        const report = line.includes('platform.report') ? reportSchema.safeParse(JSON.parse(line)).data : undefined
        return report === undefined || report.status === 'error' ? [] : [report.durationMs]
      }),
    close: async () => {
      await cloud.close()
      simulator.close()
      await listening.close()
    },
  }
}

/** Looks every few milliseconds until something is so, and answers when it was seen, on performance.now(). */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<number> {
  const patienceEnds = performance.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (performance.now() > patienceEnds) throw new Error(`It was not so after ${PATIENCE_MS / 1_000} s.`)
    await pause(LOOK_MS)
  }
  return performance.now()
}
