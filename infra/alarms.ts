import { Aws, CfnOutput, Duration } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { addAwsAlarms } from './aws-alarms.ts'
import type { Ground } from './capability.ts'
import { ExplainedAlarm } from './constructs/explained-alarm.ts'
import type { TandemFunction } from './constructs/function.ts'
import type { WakeQueue } from './constructs/wake-queue.ts'
import type { WorkQueue } from './constructs/work-queue.ts'
import type { Settings } from './settings.ts'
import { addTandemAlarms } from './tandem-alarms.ts'

const period = Duration.minutes(5)

/** The share of its time from which on a run is near to be cut off. */
const NEAR_THE_END = 0.8

/** Who is told what, when something needs a person. */
export function addAlarms(scope: Construct, ground: Ground, functions: readonly TandemFunction[]): void {
  const { settings, pullQueue, pushQueue, wakeQueue } = ground
  const topic = addTopic(scope, settings)
  for (const queue of [pullQueue, pushQueue]) addQueueAlarms(scope, queue, topic)
  addWakeQueueAlarm(scope, wakeQueue, topic)
  for (const one of functions) addFunctionAlarms(scope, one, topic)
  addAwsAlarms(scope, ground, functions, topic)
  addTandemAlarms(scope, settings, topic)
}

function addQueueAlarms(scope: Construct, queue: WorkQueue, topic: Topic): void {
  const { id } = queue.node
  new ExplainedAlarm(scope, `${id}DeadLettersAlarm`, {
    metric: queue.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
    threshold: 1,
    periods: 1,
    topic,
    says: `A message of this queue failed five times and was set aside. ${queue.errorImpact}`,
    runbook: 'DeadLetters',
  })
  new ExplainedAlarm(scope, `${id}AgeAlarm`, {
    metric: queue.queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
    threshold: Duration.minutes(30).toSeconds(),
    periods: 2,
    topic,
    says: `A message of this queue has waited for more than half an hour: its function is failing, or has more to do than it manages. ${queue.errorImpact}`,
    runbook: 'QueueAge',
  })
}

function addWakeQueueAlarm(scope: Construct, { queue, errorImpact }: WakeQueue, topic: Topic): void {
  new ExplainedAlarm(scope, 'WakeQueueAgeAlarm', {
    metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
    // The longest delay is 15 minutes, and may count.
    threshold: Duration.minutes(20).toSeconds(),
    periods: 1,
    topic,
    says: `Nobody took a wake-up out of its queue, or it fails again and again. ${errorImpact}`,
    runbook: 'QueueAge',
  })
}

function addFunctionAlarms(scope: Construct, one: TandemFunction, topic: Topic): void {
  const { id } = one.node
  new ExplainedAlarm(scope, `${id}Errors`, {
    metric: one.lambda.metricErrors({ period, statistic: Stats.SUM }),
    threshold: 1,
    periods: 1,
    topic,
    says: `A run of this function ended in an error or ran out of time. ${one.errorImpact}`,
    runbook: 'FunctionErrors',
  })
  new ExplainedAlarm(scope, `${id}Slow`, {
    metric: one.lambda.metricDuration({ period, statistic: Stats.MAXIMUM }),
    threshold: one.timeout.toMilliseconds() * NEAR_THE_END,
    periods: 1,
    topic,
    says: `A run of this function took four fifths of its time or more: some more, and it is cut off in the middle. If it is: ${one.errorImpact}`,
    runbook: 'FunctionSlow',
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
