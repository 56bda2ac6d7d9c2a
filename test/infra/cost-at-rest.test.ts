import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as z from 'zod'

const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = text('../../infra/README.md')
const { Resources } = z
  .object({
    Resources: z.record(
      z.string(),
      z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
    ),
  })
  .parse(JSON.parse(text('__snapshots__/dev.template.json')))
const every = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type)
const told = (pattern: RegExp) => Number(pattern.exec(readme)?.[1])

/** Those that an alarm reads: its own, or each that its expression is made of. */
function metricsOf({ Metrics }: Readonly<Record<string, unknown>>): number {
  return Metrics === undefined
    ? 1
    : z
        .array(z.looseObject({ MetricStat: z.unknown().optional() }))
        .parse(Metrics)
        .filter(({ MetricStat }) => MetricStat !== undefined).length
}

it('what the README says that it costs at rest is of what stands in the template, and adds up', () => {
  const alarms = every('AWS::CloudWatch::Alarm')
  expect(told(/\| (\d+) alarms,/)).toBe(alarms.length)
  expect(told(/: (\d+) metrics at \$0\.10/)).toBe(
    alarms.map(({ Properties }) => metricsOf(Properties)).reduce((sum, one) => sum + one, 0),
  )
  expect(told(/\| (\d+) secrets at/)).toBe(every('AWS::SecretsManager::Secret').length)
  // Each queue that is polled has one for what could not be worked off, which nobody polls, unless it forgets by itself.
  expect(told(/\| (\d+) queues, some/) + told(/\| (\d+) queue for wake-ups/)).toBe(
    every('AWS::Lambda::EventSourceMapping').length,
  )
  const [, table = ''] = readme.split('## What it costs at rest')
  const prices = [...(table.split('**sum**')[0] ?? '').matchAll(/\| \$(\d+\.\d\d) /g)].map(([, price]) => Number(price))
  expect(prices).toHaveLength(8)
  expect(prices.reduce((sum, one) => sum + one, 0)).toBeCloseTo(told(/\*\*sum\*\* +\| \*\*\$(\d+\.\d\d)/), 2)
})
