import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { type Child, startChild } from './child.ts'
import { findFreePort, type OnTaken } from './port.ts'

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
  /** Hears of an end that nobody asked for, with the last line that the simulator said. */
  readonly onEnded: (lastWords: string) => void
}

const appsSchema = z.object({
  items: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), verifierToken: z.string() })).min(1),
})
const grantsSchema = z.object({ items: z.array(z.object({ clientId: z.string(), end: z.unknown().optional() })) })

const startsTried = 5

/** Starts the QuickBooks simulator as a program of its own and waits until it answers. */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const { url, child, lastWords } = await listen(settings)
  let stopped = false
  void child.ended.then(() => {
    if (!stopped) settings.onEnded(lastWords())
  })
  const [app] = appsSchema.parse(await getJson(`${url}/control/apps`)).items
  if (app === undefined) throw new Error('The QuickBooks simulator has no app.')
  return {
    url,
    app,
    register: async (apiUrl) => {
      const redirectUris = [`${apiUrl}/oauth/callback`]
      const response = await fetch(`${url}/control/apps/${app.clientId}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirectUris, webhookUrl: `${apiUrl}/webhooks/quickbooks` }),
      })
      if (!response.ok) throw new Error(`The QuickBooks simulator refused our addresses: ${await response.text()}`)
    },
    isConnected: async () => {
      const { items } = grantsSchema.parse(await getJson(`${url}/control/grants`))
      return items.some((grant) => grant.clientId === app.clientId && grant.end === undefined)
    },
    stop: () => {
      stopped = true
      return child.stop()
    },
  }
}

async function listen({ root, port, stateFile, options, onTaken }: SimulatorSettings): Promise<{
  readonly url: string
  readonly child: Child
  readonly lastWords: () => string
}> {
  const entry = join(root, 'local', 'quickbooks', 'main.ts')
  if (!existsSync(entry)) throw new Error(`The QuickBooks simulator is not there: ${entry}`)
  let lastWords = ''
  for (let tried = 0; tried < startsTried; tried += 1) {
    const free = await findFreePort(port, onTaken)
    const listening = Promise.withResolvers<string | undefined>()
    const args = [entry, '--port', String(free), '--state', stateFile, ...options]
    const child = startChild(process.execPath, args, {
      folder: root,
      onLine: (line) => {
        if (line.trim() !== '') lastWords = line
        const [, url] = /simulated: (http:\/\/\S+)/.exec(line) ?? []
        if (url !== undefined) listening.resolve(url)
      },
    })
    void child.ended.then(() => listening.resolve(undefined))
    const url = await listening.promise
    if (url !== undefined) return { url, child, lastWords: () => lastWords }
    if (!lastWords.includes('EADDRINUSE')) break
  }
  throw new Error(`The QuickBooks simulator did not start: ${lastWords}`)
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
