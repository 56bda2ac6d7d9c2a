/** An app as its developer set it up in Intuit's portal: keys, redirect URIs and the webhook subscription. */
export interface App {
  readonly clientId: string
  readonly clientSecret: string
  readonly name: string
  readonly environment: 'sandbox' | 'production'
  readonly redirectUris: readonly string[]
  /** Signs the app's webhooks. */
  readonly verifierToken: string
  /** Where the app's webhooks go; without one it gets none. */
  readonly webhookUrl?: string
  /** The entities subscribed to; all of them if absent. */
  readonly webhookEntities?: readonly string[]
  /** Metered reads a month before the app is blocked (App Partner Program; Builder: 500,000). Absent: never. */
  readonly monthlyReads?: number
}

/** The apps that Intuit knows, told apart by client id. */
export interface Apps {
  /** Adds the app, or replaces the one with the same client id. */
  register(app: App): void
  find(clientId: string): App | undefined
  list(): readonly App[]
}

/** The app that is there when none is given: keys for a sandbox, callbacks on this machine. */
export const DEFAULT_APP: App = {
  clientId: 'ABsimulatorClientIdOfTheSampleApp0000000000000000',
  clientSecret: 'simulatorClientSecretOfTheSampleApp00000',
  name: 'Sample app',
  environment: 'sandbox',
  redirectUris: ['http://localhost:3000/oauth/callback', 'http://127.0.0.1:3000/oauth/callback'],
  verifierToken: '00000000-5a3b-4c1d-8e2f-simulator001',
}

export function createApps(apps: readonly App[]): Apps {
  const byClientId = new Map<string, App>()
  const register = (app: App): void => {
    if (app.clientId === '') throw new Error('An app needs a client id.')
    byClientId.set(app.clientId, app)
  }
  for (const app of apps) register(app)
  return { register, find: (clientId) => byClientId.get(clientId), list: () => [...byClientId.values()] }
}
