import { createMemoryPortsOn } from '#memory/ports'
import { createQuickBooks } from '#quickbooks/client'
import { createConsent } from '#quickbooks/oauth'
import { beginConnect } from '#sync/connect'
import { confirmConnect, takeConsent } from '#sync/consents'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { createVirtualClock } from '../../local/quickbooks/clock.ts'
import type { CompanySeed } from '../../local/quickbooks/company/companies.ts'
import { createSimulator } from '../../local/quickbooks/simulator.ts'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'
import { PERSON, WORKSPACE } from './world.ts'

export const REALM = '9341452000000077'
const START = Date.parse('2026-11-23T10:00:00.000Z')
const REDIRECT_URI = DEFAULT_APP.redirectUris[0] ?? ''

/**
 * The use cases over the real client, the real OAuth flow and HTTP, against the QuickBooks simulator with its limits.
 * Both live on one clock, which moves only when somebody sleeps: waiting for an hour costs nothing. It may move while
 * a request is on its way, which bunches calls as a bad line does: a 429 now and then is part of this world.
 */
export async function simulatedWorld(seed: Omit<CompanySeed, 'realmId'>, switches: SwitchOverrides = {}) {
  const simulatorClock = createVirtualClock(START)
  const clock = {
    now: simulatorClock.now,
    sleep: async (ms: number) => {
      simulatorClock.advance(ms)
    },
  }
  const simulator = createSimulator({ clock: simulatorClock, switches, companies: [{ realmId: REALM, ...seed }] })
  const listening = await simulator.listen({ port: 0 })
  const company = simulator.companies.find(REALM)
  if (company === undefined) throw new Error('The simulator has no such company.')
  const ports = {
    ...createMemoryPortsOn(clock),
    quickbooks: createQuickBooks({ environment: 'sandbox', simulatorUrl: listening.url }),
    consent: createConsent({
      credentials: async () => DEFAULT_APP,
      environment: 'sandbox',
      redirectUri: REDIRECT_URI,
      simulatorUrl: listening.url,
      clock,
    }),
  }
  return {
    ports,
    clock,
    simulator,
    company,
    /** All customers, active or not, in order of id. */
    ids: () =>
      company
        .list({ entity: 'Customer', limit: 1_000_000 })
        .rows.map(({ Id }) => String(Id))
        .sort((a, b) => Number(a) - Number(b)),
    read: (id: string) => company.read('Customer', id),
    /** Connects by Intuit's own page, as a person does in a browser. */
    connect: async () => {
      const asker = { workspace: WORKSPACE, person: PERSON }
      const { url } = await beginConnect(ports, asker)
      const { code } = await takeConsent(ports, await consentOnPage(url))
      return confirmConnect(ports, { ...asker, code })
    },
    close: async () => {
      simulator.close()
      await listening.close()
    },
  }
}
export type SimulatedWorld = Awaited<ReturnType<typeof simulatedWorld>>

/** Opens the consent page and sends its form, and answers what Intuit sends the browser back with. */
async function consentOnPage(url: string): Promise<Record<string, string>> {
  const page = await fetch(url)
  await page.arrayBuffer()
  const { origin, pathname, searchParams } = new URL(url)
  const body = new URLSearchParams({ ...Object.fromEntries(searchParams), realmId: REALM, decision: 'connect' })
  const answer = await fetch(`${origin}${pathname}`, { method: 'POST', body, redirect: 'manual' })
  await answer.arrayBuffer()
  return Object.fromEntries(new URL(answer.headers.get('location') ?? '').searchParams)
}
