import { createConsent } from '#quickbooks/oauth'
import { DEFAULT_APP } from '../../local/quickbooks/apps.ts'
import { createVirtualClock } from '../../local/quickbooks/clock.ts'
import { createSimulator } from '../../local/quickbooks/simulator.ts'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'
import { type Callback, type ConsentWorld, consentContract } from '../contract/consent.ts'
import { FAULTS, NO_LIMITS, REALM, START } from './simulated-company.ts'

const REDIRECT_URI = DEFAULT_APP.redirectUris[0] ?? ''

async function simulatedConsent(switches: SwitchOverrides): Promise<ConsentWorld> {
  const clock = createVirtualClock(START)
  const simulator = createSimulator({
    clock,
    switches,
    gateway: NO_LIMITS,
    companies: [{ realmId: REALM, kind: 'empty' }],
  })
  const listening = await simulator.listen({ port: 0 })
  const consent = (clientSecret: string, timeoutMs?: number) =>
    createConsent({
      credentials: async () => ({ clientId: DEFAULT_APP.clientId, clientSecret }),
      environment: 'sandbox',
      redirectUri: REDIRECT_URI,
      simulatorUrl: listening.url,
      timeoutMs,
      clock,
    })
  return {
    consent: consent(DEFAULT_APP.clientSecret),
    impatient: consent(DEFAULT_APP.clientSecret, 100),
    impostor: consent('another secret'),
    realmId: REALM,
    redirectUri: REDIRECT_URI,
    decide: (url, decision) => decideOnPage(url, { realmId: REALM, decision }),
    async opens(accessToken) {
      const answer = await fetch(`${listening.url}/v3/company/${REALM}/companyinfo/${REALM}`, {
        headers: { Authorization: `Bearer ${accessToken}`, Accept: 'application/json' },
      })
      await answer.arrayBuffer()
      return answer.ok
    },
    strike(trouble) {
      simulator.faults.add({ fault: FAULTS[trouble], times: 1, path: '/tokens/' })
    },
    tokenCalls: () => simulator.calls.recent().filter(({ path }) => path.endsWith('/tokens/bearer')).length,
    advance: clock.advance,
    now: clock.now,
    async close() {
      simulator.close()
      await listening.close()
    },
  }
}

/** Opens the consent page, and sends its form as a browser would. */
async function decideOnPage(url: string, choice: Readonly<Record<string, string>>): Promise<Callback> {
  const page = await fetch(url)
  if (page.status !== 200) throw new Error(`The consent page says: ${await page.text()}`)
  await page.arrayBuffer()
  const { origin, pathname, searchParams } = new URL(url)
  const body = new URLSearchParams({ ...Object.fromEntries(searchParams), ...choice })
  const answer = await fetch(`${origin}${pathname}`, { method: 'POST', body, redirect: 'manual' })
  await answer.arrayBuffer()
  const back = new URL(answer.headers.get('location') ?? '')
  if (back.origin + back.pathname !== REDIRECT_URI) throw new Error(`Sent to ${back.origin}${back.pathname} instead.`)
  return Object.fromEntries(back.searchParams)
}

const POSITIONS: readonly SwitchOverrides[] = [
  {},
  {
    'invalid-grant-body': 'described',
    'invalid-client-status': '400',
    'refresh-token-life': '100-days',
    'revoked-token': '401',
  },
  { 'code-reuse': 'refuses', 'refresh-token-reuse': 'refuses', 'concurrent-refresh': 'within-a-second' },
]
for (const switches of POSITIONS)
  consentContract(`Intuit, against the simulator with ${JSON.stringify(switches)}`, () => simulatedConsent(switches))
