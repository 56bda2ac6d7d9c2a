import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cloud } from '../../local/cloud/cloud.ts'
import { SAMPLE_REALM } from '../../local/quickbooks/simulator.ts'
import { type Simulator, startSimulator } from '../../local/start/simulator.ts'
import { type Caller, callerOf, secretsOf, startTestCloud } from '../local/cloud-fixture.ts'
import { CUSTOMERS } from './edge-story.ts'

/** Tandem with everything it stands on in processes and threads of their own, which can be killed. */
export interface Edges extends Caller {
  readonly cloud: Cloud
  readonly quickbooks: Simulator
  /** Calls QuickBooks as its bookkeeper does on its screens: `PATCH /customers/2`. */
  readonly books: (route: string, json?: object) => Promise<Response>
  readonly close: () => Promise<void>
}

/** Starts all of it on files, with the sample company pulled, some of it imported, and this policy for conflicts. */
export async function startOnFiles(conflicts: string): Promise<Edges> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tandem-edges-'))
  const quickbooks = await startSimulator({
    root: join(import.meta.dirname, '..', '..'),
    port: 0,
    stateFile: join(dataDir, 'quickbooks.json'),
    options: ['--durable'],
    onTaken: () => {},
    onEnded: () => {},
  })
  const cloud = await startTestCloud({ dataDir, simulatorUrl: quickbooks.url, secrets: secretsOf(quickbooks.app) })
  await quickbooks.register(cloud.apiUrl)
  const caller = callerOf(cloud)
  await caller.connect()
  const settings = await caller.call('GET /settings')
  const headers = { 'if-match': settings.headers.get('etag') ?? '' }
  await caller.call('PUT /settings', { json: { ...settings.body, conflicts }, headers })
  await caller.call('POST /pulls')
  await cloud.idle()
  await caller.call('POST /imports', { json: { as: 'account', select: { ids: CUSTOMERS } } })
  await cloud.idle()
  return {
    ...caller,
    cloud,
    quickbooks,
    books: (route, json) => askControl(quickbooks, route.replace(' ', ` /companies/${SAMPLE_REALM}`), json),
    close: async () => {
      await cloud.close()
      await quickbooks.stop()
      rmSync(dataDir, { recursive: true })
    },
  }
}

const DAY = 24 * 60 * 60_000

/** Lets time pass on both sides until whatever waits has had its turn: retries, sweeps, and the safety net of every day. */
export async function recover({ cloud, quickbooks }: Edges): Promise<void> {
  const idle = () => cloud.idle({ timeout: 60_000, passVisibilityTimeout: true })
  await idle()
  for (const milliseconds of [10 * 60_000, DAY, 60 * 60_000]) {
    cloud.passTime(milliseconds)
    await askControl(quickbooks, 'PATCH /clock', { advanceMs: milliseconds })
    for (const name of milliseconds === DAY ? ['Daily', 'Sweep'] : ['Sweep']) {
      const ran = await cloud.runSchedule(name)
      if (ran?.ok !== true) throw new Error(`${name} failed: ${JSON.stringify(ran)}`)
      await idle()
    }
  }
}

function askControl({ url }: Simulator, route: string, json?: object): Promise<Response> {
  const [method = 'GET', path = '/'] = route.split(' ')
  return fetch(`${url}/control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
}
