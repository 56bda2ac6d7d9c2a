import { createSwitches } from '../local/quickbooks/switches.ts'
import type { Story, Told } from './run.ts'

/** A story that fails, in words. */
export function tellFailure(seed: string, { settings, actions }: Story, told: Told): string {
  const { process, queue, webhooks, intuit, sentTwice, skewMs, latencyMs, customers, switches, quietMs = 0 } = settings
  const defaults = new Map(
    createSwitches()
      .list()
      .map((each) => [each.name, each.default]),
  )
  const turned = Object.entries(switches).filter(([name, position]) => defaults.get(name) !== position)
  const share = (value: number | undefined) => `${((value ?? 0) * 100).toFixed(1)} %`
  const wrong = [
    process.dies > 0 && `processes die at ${share(process.dies)} of their calls`,
    (process.diesRefreshing ?? 0) > 0 && `${share(process.diesRefreshing)} die while they refresh tokens`,
    process.fails > 0 && `${share(process.fails)} of calls to the store fail`,
    sentTwice > 0 && `${share(sentTwice)} of conditional writes are sent twice`,
    queue.lost > 0 && `${share(queue.lost)} of messages are lost`,
    queue.twice > 0 && `${share(queue.twice)} of messages come twice`,
    queue.late > 0 && `${share(queue.late)} of messages come late`,
    (webhooks.lossShare ?? 0) > 0 && `${share(webhooks.lossShare)} of notifications are lost`,
    (webhooks.duplicateShare ?? 0) > 0 && `${share(webhooks.duplicateShare)} of notifications come twice`,
    (webhooks.reorderShare ?? 0) > 0 && `${share(webhooks.reorderShare)} of notifications overtake others`,
    intuit > 0 && `${share(intuit)} of calls to Intuit go wrong`,
    skewMs !== 0 && `the CRM's clocks are ${Math.abs(skewMs) / 60_000} minutes ${skewMs > 0 ? 'ahead' : 'behind'}`,
    quietMs > 0 && `nothing happens for ${quietMs / 3_600_000} hours before`,
    settings.mostRows !== undefined && `no answer has more than ${settings.mostRows} rows`,
    latencyMs > 0 && `QuickBooks takes ${latencyMs} ms`,
  ].filter((line) => typeof line === 'string')
  return [
    `Seed ${seed}: ${told.violations.length === 0 ? 'every promise is kept' : `${told.violations.length} times a promise is broken`}.`,
    ...told.violations.slice(0, 10).map((violation) => `  ✗ ${violation}`),
    `With ${customers} customers in each company; ${wrong.length === 0 ? 'nothing goes wrong' : wrong.join('; ')}.`,
    ...turned.map(([name, position]) => `  QuickBooks: ${name} is “${position}”`),
    `What people did (${actions.length} of them did something):`,
    ...told.lines.map((line) => `  ${line}`),
    `Replay: npm run simulate -- --seed ${seed} --trace`,
  ].join('\n')
}
