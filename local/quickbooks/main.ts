import { parseArgs } from 'node:util'
import { DEFAULT_APP } from './apps.ts'
import type { CompanySeed } from './company/companies.ts'
import { CURRENCIES } from './company/lists.ts'
import { redirectUriRefusal } from './oauth/redirect-uri.ts'
import { createSimulator, SAMPLE_REALM } from './simulator.ts'
import { keepStateFile, readStateFile } from './state-file.ts'

const HELP = `The QuickBooks Online simulator.

  --port N        port to listen on (default 9000; 0 takes a free one)
  --host H        address to listen on (default 127.0.0.1)
  --customers N   a generated company of N customers beside the sample company
  --currencies LIST
                  foreign currencies of the sample company, EUR,CAD for example: it then has multicurrency
  --seed S        everything made up or left to chance follows from it (default 1)
  --latency MS    every answer takes this long
  --state FILE    keeps companies, grants and the time there, for the next start to go on from: soon after each change,
                  and at the end
  --durable       with --state: keeps each change before it is answered, so that a kill loses none; each takes longer
                  the larger the companies are

The app that connects:
  --client-id ID, --client-secret SECRET
                  its keys (default: those of a sample app)
  --redirect-uri URI
                  where consent returns to; may be given several times
  --webhook-url URL, --verifier-token TOKEN
                  where its webhooks go, and what signs them
`

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}".`)
  return Number(text)
}

function currencyCodes(list: string): readonly string[] {
  const codes = list.split(',').map((code) => code.trim().toUpperCase())
  const unknown = codes.find((code) => !CURRENCIES.has(code))
  if (unknown !== undefined)
    throw new Error(`--currencies knows ${[...CURRENCIES.keys()].join(', ')}, not "${unknown}".`)
  return codes
}

function redirectUris(uris: readonly string[]): readonly string[] {
  for (const uri of uris) {
    const refusal = redirectUriRefusal(uri, 'sandbox')
    if (refusal !== undefined) throw new Error(`--redirect-uri: ${refusal}`)
  }
  return uris
}

function webhookUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new Error(`--webhook-url must be a URL, not "${text}".`)
  return text
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9000' },
      host: { type: 'string', default: '127.0.0.1' },
      customers: { type: 'string' },
      currencies: { type: 'string' },
      seed: { type: 'string', default: '1' },
      latency: { type: 'string', default: '0' },
      state: { type: 'string' },
      durable: { type: 'boolean', default: false },
      'client-id': { type: 'string', default: DEFAULT_APP.clientId },
      'client-secret': { type: 'string', default: DEFAULT_APP.clientSecret },
      'redirect-uri': { type: 'string', multiple: true, default: [...DEFAULT_APP.redirectUris] },
      'webhook-url': { type: 'string' },
      'verifier-token': { type: 'string', default: DEFAULT_APP.verifierToken },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return
  }
  const currencies = values.currencies === undefined ? [] : currencyCodes(values.currencies)
  const companies: CompanySeed[] = [{ realmId: SAMPLE_REALM, kind: 'sample', currencies }]
  if (values.customers !== undefined) {
    const customers = wholeNumber('customers', values.customers)
    companies.push({ realmId: '9341452000000002', kind: 'generated', customers })
  }
  if (values.durable && values.state === undefined) throw new Error('--durable needs --state, the file to keep it in.')
  const snapshot = values.state === undefined ? undefined : readStateFile(values.state)
  const simulator = createSimulator({
    ...(snapshot === undefined ? {} : { snapshot }),
    seed: values.seed,
    companies,
    apps: [
      {
        ...DEFAULT_APP,
        clientId: values['client-id'],
        clientSecret: values['client-secret'],
        redirectUris: redirectUris(values['redirect-uri']),
        verifierToken: values['verifier-token'],
        ...(values['webhook-url'] === undefined ? {} : { webhookUrl: webhookUrl(values['webhook-url']) }),
      },
    ],
    gateway: { latency: { fixedMs: wholeNumber('latency', values.latency) } },
    log: (line) => console.log(line),
  })
  const { url, close } = await simulator.listen({ port: wholeNumber('port', values.port), host: values.host })
  // Nobody is answered in between: requests come in later turns.
  const keep =
    values.state === undefined
      ? () => {}
      : keepStateFile(values.state, simulator, values.durable ? 'beforeAnswer' : 'soon')
  console.log(`QuickBooks Online, simulated: ${url}`)
  for (const company of simulator.companies.list()) {
    console.log(`  realm ${company.realmId}  ${company.name}  ${company.count('Customer')} customers`)
  }
  for (const app of simulator.apps.list()) console.log(`  app ${app.name}  client id ${app.clientId}`)
  const stop = (): void => {
    simulator.close()
    keep()
    void close().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
