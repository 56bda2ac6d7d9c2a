import { describe, expect, it } from 'vitest'
import { createLogWatch, itLogsNothingOf } from './log-watch.ts'
import { askedBy, guardedRoutes, other, pathOf, TENANTS, type Tenant, type twoTenants } from './two-tenants.ts'
import { claimsOf } from './world.ts'

const reads = guardedRoutes.filter(({ method }) => method === 'GET')
const writes = guardedRoutes.filter(({ method }) => method !== 'GET')
const keyed = writes.filter(({ takesIdempotencyKey }) => takesIdempotencyKey)

/** What two workspaces must never see of each other, wherever it is stored. */
export function tenantsSuite(open: () => ReturnType<typeof twoTenants>): void {
  const watch = createLogWatch()
  const world = async () => watch.over(await open())

  describe('a workspace that holds records of the same ids as another', () => {
    const reading = world()

    it.each(reads)('is shown its own by $method $path', async (route) => {
      const { ask } = await reading
      for (const tenant of TENANTS) {
        const { status, text } = await ask(route.method, pathOf(route), askedBy(tenant, route))
        expect(status).toBe(200)
        expect(text).not.toContain(other(tenant))
      }
    })

    it.each(writes)('changes its own by $method $path, and leaves the other’s as they are', async (route) => {
      const { ask, held } = await world()
      for (const tenant of TENANTS) {
        const before = await held(other(tenant))
        const { status, text } = await ask(route.method, pathOf(route), askedBy(tenant, route))
        // What was refused would prove nothing.
        expect(status).toBeLessThan(300)
        expect(text).not.toContain(other(tenant))
        expect(await held(other(tenant))).toEqual(before)
      }
    })
  })

  describe('an Idempotency-Key that two workspaces use', () => {
    it.each(keyed)('starts a run of each at $path, which only its own people see', async (route) => {
      const { ask } = await world()
      const start = async (tenant: Tenant) => {
        const { status, json } = await ask(route.method, pathOf(route), askedBy(tenant, route))
        expect(status).toBe(202)
        return json.id ?? ''
      }
      const started = { acme: start('acme'), globex: start('globex') }
      const ids = { acme: await started.acme, globex: await started.globex }
      expect(ids.acme).not.toBe(ids.globex)
      // The key goes on to stand for the run of the workspace that sends it.
      expect({ globex: await start('globex'), acme: await start('acme') }).toEqual(ids)

      for (const tenant of TENANTS) {
        const claims = claimsOf(tenant)
        const { json } = await ask('GET', '/runs', { claims })
        const shown = json.items?.map(({ id }) => id)
        expect(shown).toContain(ids[tenant])
        expect(shown).not.toContain(ids[other(tenant)])
        expect((await ask('GET', `/runs/${ids[tenant]}`, { claims })).status).toBe(200)
        expect((await ask('GET', `/runs/${ids[other(tenant)]}`, { claims })).status).toBe(404)
      }
    })

    it.each(keyed)('is refused at $path for another request of the same workspace only', async (route) => {
      const { ask } = await world()
      const headers = { 'idempotency-key': 'the-same' }
      const body = { as: 'building', select: { ids: ['73'] } }
      expect((await ask('POST', '/imports', { claims: claimsOf('acme'), headers, body })).status).toBe(202)

      const refused = await ask(route.method, pathOf(route), askedBy('acme', route))
      expect([refused.status, refused.json.type]).toEqual([422, '/problems/idempotency-mismatch'])
      expect((await ask(route.method, pathOf(route), askedBy('globex', route))).status).toBe(202)
    })
  })

  itLogsNothingOf(watch)
}
