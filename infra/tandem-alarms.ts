import { Duration } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { ExplainedAlarm } from './constructs/explained-alarm.ts'
import type { Settings } from './settings.ts'

const period = Duration.minutes(5)

/** The share of what Intuit gives in a month from which on somebody should know, with days left to do something. */
const NEAR_THE_PLAN = 0.7

/** What Tandem itself tells of how it does its work. */
export function addTandemAlarms(scope: Construct, { stage, intuitReads }: Settings, topic: ITopic): void {
  const own = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'Tandem',
      metricName,
      // Powertools puts it into every metric.
      dimensionsMap: { service: `tandem-${stage}` },
      statistic,
      period,
    })
  new ExplainedAlarm(scope, 'SweepNotEnding', {
    metric: own('SweepsEnded', Stats.SUM),
    threshold: 1,
    periods: 1,
    ringsWhenAbsent: true,
    topic,
    says: 'No sweep has come to its end in five minutes, where there should be five. What was interrupted, or waits for a time, does not go on by itself, and none of the measurements below is taken. Read the log of the schedule function; if it has none, look whether the rule SweepSchedule is there and enabled.',
    runbook: 'SweepNotEnding',
  })
  new ExplainedAlarm(scope, 'OldestDue', {
    metric: own('OldestDueSeconds', Stats.MAXIMUM),
    threshold: Duration.minutes(15).toSeconds(),
    periods: 3,
    topic,
    says: 'Some company has had work that could be done now for a quarter of an hour and more: a change is on one side and not on the other. Others may be as late. Read the log of pull and push for the workspace with the most trouble; if there is no trouble, there is more to do than companiesAtOnce lets them do.',
    runbook: 'OldestDue',
  })
  new ExplainedAlarm(scope, 'ConnectionsLost', {
    metric: own('ConnectionsLost', Stats.SUM),
    threshold: 1,
    periods: 1,
    topic,
    says: 'A workspace has just lost its grant to its QuickBooks company. Nothing of theirs is synced in either direction until someone there signs in to QuickBooks again. Find which in the logs of pull, push and oauth (connection.reconnectNeeded), and ask them to reconnect: GET /connection tells them since when and why. Many at once mean that Intuit or the client secret is the reason.',
    runbook: 'ConnectionsLost',
  })
  new ExplainedAlarm(scope, 'WebhooksUnsigned', {
    metric: own('WebhookUnsigned', Stats.SUM),
    threshold: 20,
    periods: 1,
    topic,
    says: 'Twenty notifications and more came in five minutes without Intuit’s signature, or with one that we could not check. Either a stranger tries the webhook, which changes nothing, or the verifier token was changed at Intuit and not here: then changes in QuickBooks arrive by the daily work only. Read the log of the webhook function, and compare the verifier token.',
    runbook: 'WebhooksUnsigned',
  })
  new ExplainedAlarm(scope, 'WebhooksUnreadable', {
    metric: own('WebhookUnreadable', Stats.SUM),
    threshold: 5,
    periods: 1,
    topic,
    says: 'Intuit signed notifications that could not be read: their form has changed. What they tell of arrives by the daily work only. Read the log of the webhook function, and Intuit’s release notes for webhooks.',
    runbook: 'WebhooksUnreadable',
  })
  new ExplainedAlarm(scope, 'ReadsOfTheMonth', {
    metric: own('ReadsThisMonth', Stats.MAXIMUM),
    threshold: Math.floor(intuitReads * NEAR_THE_PLAN),
    periods: 1,
    topic,
    says: 'All companies together have used seven tenths of the reads that the plan at Intuit holds in a month. When all are used, Intuit answers nobody until the month ends. Find which workspace reads most, by company.readsNearBudget in the log of pull, and take a larger plan in time.',
    runbook: 'ReadsOfTheMonth',
  })
  new ExplainedAlarm(scope, 'WorkspacesNearReadBudget', {
    metric: own('WorkspacesNearReadBudget', Stats.SUM),
    threshold: 1,
    periods: 1,
    topic,
    says: 'A workspace has used seven tenths of its own reads of the month. When it has used all, nothing of QuickBooks’ comes in for it until the month ends; the others go on. Find which in the logs of pull and push (company.readsNearBudget), and what it does so often.',
    runbook: 'ReadsOfTheMonth',
  })
}
