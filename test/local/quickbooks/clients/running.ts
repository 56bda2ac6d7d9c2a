import { type App, DEFAULT_APP } from '../../../../local/quickbooks/apps.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../../local/quickbooks/simulator.ts'

export const REALM = '4620816365000001'
export const CALLBACK = 'http://localhost:3000/oauth/callback'
export const APP: App = { ...DEFAULT_APP, redirectUris: [CALLBACK] }

export type Running = { readonly simulator: Simulator; readonly url: string; readonly close: () => Promise<void> }

/** A simulator that listens on a free port, with real time, since the client libraries know no other. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Running> {
  const simulator = createSimulator({
    companies: [{ realmId: REALM, kind: 'sample' }],
    apps: [APP],
    // The libraries' calls follow each other faster than ten a second; throttling has tests of its own.
    gateway: { limits: { perSecondPerApp: Number.POSITIVE_INFINITY, perMinutePerRealm: Number.POSITIVE_INFINITY } },
    ...options,
  })
  const { url, close } = await simulator.listen({ port: 0 })
  return {
    simulator,
    url,
    close: async () => {
      simulator.close()
      await close()
    },
  }
}

/** What a person does in the browser: opens the consent page and says "Connect". Gives the callback's URL. */
export async function consent(authorizeUri: string, realmId = REALM): Promise<string> {
  const page = await fetch(authorizeUri)
  if (page.status !== 200) throw new Error(`the consent page answered ${page.status}`)
  const html = await page.text()
  const fields = new URLSearchParams({ realmId, decision: 'connect' })
  for (const [, name = '', value = ''] of html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)) {
    fields.set(
      name,
      value.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    )
  }
  const answer = await fetch(new URL('/connect/oauth2', authorizeUri), {
    method: 'POST',
    body: fields,
    redirect: 'manual',
  })
  return answer.headers.get('location') ?? ''
}
