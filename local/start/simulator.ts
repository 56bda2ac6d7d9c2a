import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { host, type OnTaken } from '../cloud/process/port.ts'
import { startServerProcess } from '../cloud/process/server-process.ts'

/** The app at the simulated Intuit, as its developer's portal knows it. */
export interface SimulatedApp {
  readonly clientId: string
  readonly clientSecret: string
  readonly verifierToken: string
}

export interface Simulator {
  readonly url: string
  readonly app: SimulatedApp
  /** Enters at the simulated Intuit where it may send people back to and where webhooks go. */
  readonly register: (apiUrl: string) => Promise<void>
  /** Whether the app holds a living grant for any company. */
  readonly isConnected: () => Promise<boolean>
  /** Kills its process with SIGKILL and resolves when it answers again with what it has stored. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

export interface SimulatorSettings {
  readonly root: string
  readonly port: number
  /** File in which it keeps what changed, for the next start. */
  readonly stateFile: string
  /** Further options of its own command. */
  readonly options: readonly string[]
  readonly onTaken: OnTaken
  /** Hears of an end that nobody asked for, and of what becomes of it. */
  readonly onEnded: (line: string) => void
}

const appsSchema = z.object({
  items: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), verifierToken: z.string() })).min(1),
})
const grantsSchema = z.object({ items: z.array(z.object({ clientId: z.string(), end: z.unknown().optional() })) })

/** Starts the QuickBooks simulator as a program of its own and waits until it answers. */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const { root, port, stateFile, options, onTaken, onEnded } = settings
  const entry = join(root, 'local', 'quickbooks', 'main.ts')
  if (!existsSync(entry)) throw new Error(`The QuickBooks simulator is not there: ${entry}`)
  let addresses: readonly string[] = []
  const server = await startServerProcess({
    name: 'The QuickBooks simulator',
    command: process.execPath,
    // Its app is not among what it stores, so a later life is told again where webhooks go.
    args: (free) => [entry, '--port', String(free), '--state', stateFile, ...options, ...addresses],
    folder: root,
    isListening: (line) => line.includes('simulated: http://'),
    taken: 'EADDRINUSE',
    port,
    survives: true,
    onTaken,
    onEnded,
  })
  const url = `http://${host}:${server.port}`
  const [app] = appsSchema.parse(await getJson(`${url}/control/apps`)).items
  if (app === undefined) throw new Error('The QuickBooks simulator has no app.')
  return {
    url,
    app,
    register: async (apiUrl) => {
      const [redirectUri, webhookUrl] = [`${apiUrl}/oauth/callback`, `${apiUrl}/webhooks/quickbooks`]
      const response = await fetch(`${url}/control/apps/${app.clientId}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirectUris: [redirectUri], webhookUrl }),
      })
      if (!response.ok) throw new Error(`The QuickBooks simulator refused our addresses: ${await response.text()}`)
      addresses = ['--redirect-uri', redirectUri, '--webhook-url', webhookUrl]
    },
    isConnected: async () => {
      const { items } = grantsSchema.parse(await getJson(`${url}/control/grants`))
      return items.some((grant) => grant.clientId === app.clientId && grant.end === undefined)
    },
    crash: server.crash,
    stop: server.stop,
  }
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
