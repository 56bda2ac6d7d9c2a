import { join, resolve } from 'node:path'
import { type Cloud, startCloud } from './cloud/cloud.ts'
import type { Part } from './cloud/listeners.ts'
import { deleteFolder, takeFolder } from './cloud/process/data-folder.ts'
import { synthesize } from './cloud/template/synthesize.ts'
import { createSky, WEATHERS } from './cloud/weather/weather.ts'
import { createApiClient } from './start/api-client.ts'
import { takeFirstSteps } from './start/first-steps.ts'
import { nextSteps } from './start/next-steps.ts'
import { help, readStartSettings, type StartSettings } from './start/settings.ts'
import { type Simulator, startSimulator } from './start/simulator.ts'

const root = resolve(import.meta.dirname, '..')
const newcomer = { workspace: 'w1', person: 'newcomer', scopes: ['tandem/read', 'tandem/write', 'tandem/admin'] }
const tokenLife = 12 * 3600

// The functions run in threads of this process and are in UTC, as on AWS.
process.env.TZ = 'UTC'

const startedAt = performance.now()
const print = (text: string): void => console.log(text)
const closers: (() => Promise<void>)[] = []
let closing: Promise<void> | undefined

function close(): Promise<void> {
  closing ??= (async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  })()
  return closing
}

async function start(settings: StartSettings): Promise<void> {
  const data = resolve(root, settings.data)
  if (settings.fresh) deleteFolder(data)
  const folder = takeFolder(data)
  closers.push(async () => folder.leave())

  const [simulator, { template }] = await both(
    settings.intuit === undefined ? simulate(settings, data) : Promise.resolve(undefined),
    synthesize(root, { stage: 'laptop', intuitEnvironment: 'sandbox' }),
  )
  const { cloud, issuer } = await runCloud(settings, data, template, simulator)
  folder.tell({ apiUrl: cloud.apiUrl, ...issuer })
  await simulator?.register(cloud.apiUrl)

  const token = await cloud.mintToken({ ...newcomer, expiresIn: tokenLife })
  if (simulator === undefined) print(`Redirect URI to enter at Intuit: ${cloud.apiUrl}/oauth/callback\n`)
  // The generated company stands last; whoever asks for one wants to see that.
  const company = settings.customers === undefined ? 'first' : 'last'
  await takeFirstSteps({ client: createApiClient(cloud.apiUrl, token), simulator, company, print })
  print(
    nextSteps({
      apiUrl: cloud.apiUrl,
      simulatorUrl: simulator?.url,
      dynamoDbUrl: cloud.dynamoDb.endpoint,
      token,
      logs: join(settings.data, 'logs'),
    }),
  )
  print(`\nReady after ${((performance.now() - startedAt) / 1000).toFixed(1)} s. Ctrl-C stops everything.`)
}

async function simulate(settings: StartSettings, data: string): Promise<Simulator> {
  const simulator = await startSimulator({
    root,
    port: settings.simulatorPort,
    stateFile: join(data, 'quickbooks.json'),
    // Of a large company, each write would wait for all of it to be written down.
    options: settings.customers === undefined ? ['--durable'] : ['--customers', String(settings.customers)],
    onTaken: (port, next) => print(`Port ${port} is taken; the QuickBooks simulator tries ${next}.`),
    onEnded: (line) => console.error(line),
  })
  closers.push(simulator.stop)
  return simulator
}

async function runCloud(
  settings: StartSettings,
  data: string,
  template: string,
  simulator: Simulator | undefined,
): Promise<{ readonly cloud: Cloud; readonly issuer: { readonly issuer: string; readonly audience: string } }> {
  const app = simulator?.app ?? settings.intuit
  const verifierTokens = simulator === undefined ? settings.intuit?.verifierTokens : [simulator.app.verifierToken]
  const cloud = await startCloud({
    template,
    dataDir: data,
    // Intuit takes localhost as a redirect URI for development keys, and no IP address.
    apiHost: 'localhost',
    ports: portsFrom(settings.port),
    onTaken: (part, port, next) => print(`Port ${port} is taken; ${part} tries ${next}.`),
    onProblem: (line) => console.error(line),
    sky: createSky(WEATHERS[settings.weather], Date.now()),
    secrets: {
      IntuitClientSecret: JSON.stringify({ clientId: app?.clientId, clientSecret: app?.clientSecret }),
      WebhookVerifierSecret: JSON.stringify({ verifierTokens }),
    },
    ...(simulator !== undefined && { simulatorUrl: simulator.url }),
    ...(settings.dynamoDbEndpoint !== undefined && { dynamoDbEndpoint: settings.dynamoDbEndpoint }),
  })
  closers.push(() => cloud.close())
  const [authorizer] = cloud.resources.authorizer
  const { Issuer = '', Audience = [] } = authorizer?.properties.JwtConfiguration ?? {}
  return { cloud, issuer: { issuer: Issuer, audience: Audience[0] ?? '' } }
}

/** The API's own neighbours stay free for the next try when it is taken. Port 0 takes any, for all. */
function portsFrom(port: number): Readonly<Record<Part, number>> {
  const [services, sqs, dynamodb] = [100, 101, 102].map((distance) => (port === 0 ? 0 : port + distance))
  return { api: port, services: services ?? 0, sqs: sqs ?? 0, dynamodb: dynamodb ?? 0 }
}

/** Like Promise.all, but waits for both even when one fails, so that nothing starts after we have given up. */
async function both<First, Second>(first: Promise<First>, second: Promise<Second>): Promise<[First, Second]> {
  await Promise.allSettled([first, second])
  return [await first, await second]
}

function stopOn(signal: NodeJS.Signals): void {
  process.on(signal, () => {
    if (closing !== undefined) process.exit(130)
    print('\nStopping; once more to stop at once.')
    void close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
}

async function main(): Promise<void> {
  const settings = readStartSettings(process.argv.slice(2), process.env)
  if (settings.help) return print(help)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) stopOn(signal)
  await start(settings)
}

main().catch(async (error: unknown) => {
  // While stopping, what was still starting fails, and that is no news.
  if (closing !== undefined) return
  console.error(error instanceof Error ? error.message : error)
  await close()
  process.exit(1)
})
