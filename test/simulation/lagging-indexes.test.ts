import { expect, it } from 'vitest'
import { createMemoryPortsOn } from '#memory/ports'
import { createRandom } from '../../local/quickbooks/random.ts'
import { createLaggingIndexes } from '../../simulation/world/lagging-indexes.ts'
import { createTrace } from '../../simulation/world/trace.ts'
import { aContact } from '../contract/records.ts'

it('an index that lags has every write within its time and in order, while the table itself has it at once', async () => {
  let nowMs = Date.UTC(2026, 10, 23)
  const clock = { now: () => nowMs, sleep: async () => undefined }
  const trace = createTrace(undefined)
  const { ports, setMostMs } = createLaggingIndexes(createMemoryPortsOn(clock, 's'), {
    seed: 's',
    random: createRandom('lag'),
    now: clock.now,
    trace,
  })
  setMostMs(1_000)
  const names = async () => (await ports.contacts.listByName('acme', 10)).rows.map(({ name }) => name)
  const save = (name: string, expectedVersion: number | undefined) =>
    ports.ledger.commit('acme', [{ kind: 'contact', contact: aContact('c1', name), expectedVersion }])

  expect(await save('Ada', undefined)).toBe('committed')
  expect(await save('Bea', 1)).toBe('committed')
  expect(await save('Late', 1)).not.toBe('committed')
  expect((await ports.contacts.get('acme', 'c1'))?.fields.displayName).toBe('Bea')
  expect(await names()).toEqual([])
  expect([...trace.mishaps().keys()]).toEqual(['an index lags behind its table'])

  const seen: string[] = []
  for (let ms = 0; ms <= 1_000; ms += 10, nowMs += 10) seen.push((await names()).join())
  expect(new Set(seen)).toContain('Bea')
  expect(seen.lastIndexOf('Ada')).toBeLessThan(seen.indexOf('Bea'))
  expect(seen.at(-1)).toBe('Bea')
})
