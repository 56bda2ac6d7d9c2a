import type { SimulatorContext } from '../context.ts'
import type { Route } from '../http.ts'
import { controlRoute, wholeNumber } from './json-route.ts'

/** Which calls came in, what they cost, and what each app has used of its month. */
export function callRoutes(context: SimulatorContext): readonly Route[] {
  const { calls, apps, companies, clock } = context
  return [
    controlRoute('GET', '/control/calls', (request) => {
      const realmId = request.query.get('realmId')
      const clientId = request.query.get('clientId')
      const filter = { ...(realmId === null ? {} : { realmId }), ...(clientId === null ? {} : { clientId }) }
      const fitting = calls
        .recent()
        .filter((call) => realmId === null || call.realmId === realmId)
        .filter((call) => clientId === null || call.clientId === clientId)
      const limit = wholeNumber(request.query, 'limit', 100)
      return { totals: calls.totals(filter), items: limit === 0 ? [] : fitting.slice(-limit) }
    }),
    controlRoute('GET', '/control/usage', () => ({
      apps: apps.list().map(({ clientId, name, monthlyReads }) => ({
        clientId,
        name,
        monthlyReads: calls.monthlyReads(clientId, clock.now()),
        monthlyLimit: monthlyReads ?? null,
        totals: calls.totals({ clientId }),
      })),
      companies: companies.list().map(({ realmId, name }) => ({ realmId, name, totals: calls.totals({ realmId }) })),
    })),
    controlRoute('DELETE', '/control/calls', () => calls.reset()),
  ]
}
