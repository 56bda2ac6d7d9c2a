import { Aws, CfnOutput, Duration } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { ExplainedAlarm } from './constructs/explained-alarm.ts'
import type { TandemFunction } from './constructs/function.ts'
import type { WakeQueue } from './constructs/wake-queue.ts'
import type { WorkQueue } from './constructs/work-queue.ts'
import type { Settings } from './settings.ts'

const period = Duration.minutes(5)

interface AlarmsProps {
  readonly settings: Settings
  readonly queues: readonly WorkQueue[]
  readonly wakeQueue: WakeQueue
  readonly functions: readonly TandemFunction[]
}

/** Who is told what, when something needs a person. */
export function addAlarms(scope: Construct, { settings, queues, wakeQueue, functions }: AlarmsProps): void {
  const topic = addTopic(scope, settings)
  for (const queue of queues) addQueueAlarms(scope, queue, topic)
  new ExplainedAlarm(scope, 'WakeQueueAgeAlarm', {
    metric: wakeQueue.queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
    // The longest delay is 15 minutes, and may count.
    threshold: Duration.minutes(20).toSeconds(),
    periods: 1,
    topic,
    says: `Nobody took a wake-up out of its queue, or it fails again and again. ${wakeQueue.errorImpact}`,
  })
  for (const one of functions) {
    new ExplainedAlarm(scope, `${one.node.id}Errors`, {
      metric: one.lambda.metricErrors({ period, statistic: Stats.SUM }),
      threshold: 1,
      periods: 1,
      topic,
      says: `A run of this function ended in an error or ran out of time. ${one.errorImpact}`,
    })
  }
  new ExplainedAlarm(scope, 'ConnectionsNeedingReconnect', {
    // The sweep reports it every minute, for all workspaces together.
    metric: new Metric({
      namespace: 'Tandem',
      metricName: 'ConnectionsNeedingReconnect',
      dimensionsMap: { service: `tandem-${settings.stage}` },
      statistic: Stats.MAXIMUM,
      period,
    }),
    threshold: 1,
    periods: 1,
    topic,
    says: 'At least one workspace has lost its grant to its QuickBooks company. Nothing of theirs is synced in either direction until someone there signs in to QuickBooks again. Find which in the log of the schedule function, and ask them to reconnect: GET /connection tells them since when and why.',
  })
}

function addQueueAlarms(scope: Construct, queue: WorkQueue, topic: Topic): void {
  const { id } = queue.node
  new ExplainedAlarm(scope, `${id}DeadLettersAlarm`, {
    metric: queue.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
    threshold: 1,
    periods: 1,
    topic,
    says: `A message of this queue failed five times and was set aside. ${queue.errorImpact}`,
  })
  new ExplainedAlarm(scope, `${id}AgeAlarm`, {
    metric: queue.queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
    threshold: Duration.minutes(30).toSeconds(),
    periods: 2,
    topic,
    says: `A message of this queue has waited for more than half an hour: its function is failing, or has more to do than it manages. ${queue.errorImpact}`,
  })
}

function addTopic(scope: Construct, settings: Settings): Topic {
  const topic = new Topic(scope, 'AlarmTopic', { enforceSSL: true })
  // A topic policy of one's own replaces the default one, by which CloudWatch could publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  )
  if (settings.alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(settings.alarmEmail))
  new CfnOutput(scope, 'AlarmTopicArn', { value: topic.topicArn })
  return topic
}
