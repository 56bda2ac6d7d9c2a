import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics'
import type middy from '@middy/core'
import type { Metrics } from '#sync/ports'

/** Powertools' metrics; namespace and service come from the environment (POWERTOOLS_…). */
export function createMetrics(): PowertoolsMetrics {
  return new PowertoolsMetrics()
}

/** The use cases' counters, on Powertools' metrics. */
export function createCounters(metrics: Pick<PowertoolsMetrics, 'addMetric' | 'singleMetric'>): Metrics {
  return {
    count: (name, value = 1) => metrics.addMetric(name, MetricUnit.Count, value),
    gauge: (name, value) => metrics.singleMetric().addMetric(name, MetricUnit.Count, value),
  }
}

/** Publishes what an invocation counted. Powertools' own middleware warns after each one that counted nothing. */
export function publishMetrics(
  metrics: Pick<PowertoolsMetrics, 'hasStoredMetrics' | 'publishStoredMetrics'>,
): middy.MiddlewareObj<unknown, unknown> {
  const publish = (): void => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
  }
  return { after: publish, onError: publish }
}
