import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { Ground } from './capability.ts'
import { ExplainedAlarm } from './constructs/explained-alarm.ts'
import type { TandemFunction } from './constructs/function.ts'
import { webhookPath } from './intake.ts'
import { indexNames } from './storage.ts'

const period = Duration.minutes(5)

/** The share of the account's Lambdas from which on there may soon be none left. */
const NEAR_THE_QUOTA = 0.8

/** DynamoDB tells of errors by operation (developer guide: "DynamoDB metrics and dimensions"). */
const OPERATIONS = [
  'BatchExecuteStatement',
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'TransactWriteItems',
  'UpdateItem',
] as const

/** What AWS itself measures of the API, the account's Lambdas and the table. */
export function addAwsAlarms(
  scope: Construct,
  ground: Ground,
  functions: readonly TandemFunction[],
  topic: ITopic,
): void {
  addApiAlarms(scope, ground, topic)
  addLambdaAlarms(scope, ground, functions, topic)
  addTableAlarms(scope, ground, topic)
}

function addApiAlarms(scope: Construct, { api, stage }: Ground, topic: ITopic): void {
  const failures = (dimensionsMap: Record<string, string>) =>
    new Metric({ namespace: 'AWS/ApiGateway', metricName: '5xx', dimensionsMap, statistic: Stats.SUM, period })
  new ExplainedAlarm(scope, 'ApiServerErrors', {
    metric: failures({ ApiId: api.apiId }),
    threshold: 1,
    periods: 1,
    topic,
    says: 'The API answered somebody with a 5xx: a person saw an error, or Intuit was turned away. The function itself counts no error then, as it lived to give the answer. Read the log of the admin, oauth and webhook functions for requestFailed, and the access log for which route.',
    runbook: 'ApiServerErrors',
  })
  new ExplainedAlarm(scope, 'WebhookServerErrors', {
    // By route only where the stage measures the route by itself; `Resource` is its path.
    metric: failures({ ApiId: api.apiId, Method: 'POST', Resource: webhookPath, Stage: stage.stageName }),
    threshold: 1,
    periods: 1,
    topic,
    says: 'The webhook answered Intuit with a 5xx. Intuit sends that notification again for a while, so nothing is lost, but if it goes on for days it stops sending, and then changes made in QuickBooks arrive by the daily work only. Read the log of the webhook function for requestFailed.',
    runbook: 'WebhookServerErrors',
  })
}

function addLambdaAlarms(
  scope: Construct,
  { settings }: Ground,
  functions: readonly TandemFunction[],
  topic: ITopic,
): void {
  new ExplainedAlarm(scope, 'FunctionThrottles', {
    metric: sumOf(
      functions.map(({ lambda }) => lambda.metricThrottles({ period, statistic: Stats.SUM })),
      'Throttled runs of all functions',
    ),
    threshold: 1,
    periods: 1,
    topic,
    says: 'Lambda would not run a function of ours, as the account, or what is kept free for the webhook, had nothing left. Whoever called the API saw an error; hints, schedules and notifications come again. Find which function by its Throttles metric, and read the log of what runs most; then ask AWS for more, or lower companiesAtOnce.',
    runbook: 'FunctionThrottles',
  })
  new ExplainedAlarm(scope, 'AccountConcurrency', {
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'ConcurrentExecutions',
      statistic: Stats.MAXIMUM,
      period,
    }),
    threshold: Math.ceil(settings.lambdaQuota * NEAR_THE_QUOTA),
    periods: 1,
    topic,
    says: 'The account runs four fifths of the Lambdas that it may run at once in this region, ours and all others. Beyond that people and Intuit are turned away. Find which function runs most by its ConcurrentExecutions metric; then ask AWS for more, or keep some free with webhookConcurrency.',
    runbook: 'AccountConcurrency',
  })
}

function addTableAlarms(scope: Construct, { storage: { table } }: Ground, topic: ITopic): void {
  const { tableName } = table
  const places = [
    { id: 'Table', what: 'the table', dimensions: { TableName: tableName } },
    ...indexNames.map((name) => ({
      id: `Table${name}`,
      what: `the index ${name}`,
      dimensions: { TableName: tableName, GlobalSecondaryIndexName: name },
    })),
  ]
  for (const { id, what, dimensions } of places) {
    const throttles = (metricName: string) =>
      new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap: dimensions, statistic: Stats.SUM, period })
    new ExplainedAlarm(scope, `${id}Throttles`, {
      metric: sumOf(
        [throttles('ReadThrottleEvents'), throttles('WriteThrottleEvents')],
        `Throttled requests to ${what}`,
      ),
      // The SDK tries again, and a table that grows throttles for some minutes; what goes on does not end by itself.
      threshold: 100,
      periods: 3,
      topic,
      says: `DynamoDB has refused requests to ${what} for a quarter of an hour, as more come than it takes. Everything is slower, and some of it fails and is tried again. Read the log of pull and push for ProvisionedThroughputExceeded and ThrottlingException; one workspace that does very much, or a table that is too cold for its first large company, is the usual reason.`,
      runbook: 'TableThrottles',
    })
  }
  const errors = OPERATIONS.map(
    (operation) =>
      new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: 'SystemErrors',
        dimensionsMap: { TableName: tableName, Operation: operation },
        statistic: Stats.SUM,
        period,
      }),
  )
  new ExplainedAlarm(scope, 'TableSystemErrors', {
    metric: sumOf(errors, 'Errors of DynamoDB itself'),
    threshold: 10,
    periods: 3,
    topic,
    says: 'DynamoDB itself has failed for a quarter of an hour. Everything is slower, and some of it fails and is tried again; nothing is lost. Look at the AWS Health Dashboard, and read the log of pull and push for InternalServerError.',
    runbook: 'TableSystemErrors',
  })
}

/** Those of which nothing was measured count for nothing. */
function sumOf(metrics: readonly IMetric[], label: string): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, at) => [`m${at}`, metric]))
  return new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, label, period })
}
