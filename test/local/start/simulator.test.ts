import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { SAMPLE_REALM } from '../../../local/quickbooks/simulator.ts'
import { type Simulator, startSimulator } from '../../../local/start/simulator.ts'

const list = z.object({ items: z.array(z.object({ DisplayName: z.string() })) })
const root = join(import.meta.dirname, '..', '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'tandem-quickbooks-'))
let simulator: Simulator | undefined
afterEach(async () => {
  await simulator?.stop()
  rmSync(folder, { recursive: true })
})

it('loses nothing that it has answered to when its process is killed while it writes, and answers again by itself', async () => {
  const problems: string[] = []
  simulator = await startSimulator({
    root,
    port: 0,
    stateFile: join(folder, 'quickbooks.json'),
    options: ['--durable'],
    onTaken: () => {},
    onEnded: (line) => problems.push(line),
  })
  const { url } = simulator
  await simulator.register('http://127.0.0.1:9')
  const customers = `${url}/control/companies/${SAMPLE_REALM}/customers`
  const acknowledged: string[] = []
  let over = false
  const write = async (writer: number): Promise<void> => {
    for (let at = 0; !over; at += 1) {
      const DisplayName = `Customer ${writer}-${at}`
      const answer = await fetch(customers, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ DisplayName }),
      }).catch(() => undefined)
      if (answer?.ok === true) acknowledged.push(DisplayName)
    }
  }
  const writers = Promise.all([0, 1].map(write))
  for (const enough of [50, 100]) {
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(enough), { timeout: 20_000, interval: 1 })
    await simulator.crash()
  }
  over = true
  await writers
  const kept = list.parse(await (await fetch(`${customers}?limit=10000`)).json()).items
  expect(kept.map(({ DisplayName }) => DisplayName)).toEqual(expect.arrayContaining(acknowledged))
  expect(problems).toEqual(Array(2).fill('The QuickBooks simulator has ended; it starts again with what is stored.'))
  // It knows where its webhooks go.
  const apps = await (await fetch(`${url}/control/apps`)).json()
  expect(apps).toMatchObject({ items: [{ webhookUrl: 'http://127.0.0.1:9/webhooks/quickbooks' }] })
})
