import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'

interface ExplainedAlarmProps {
  readonly metric: IMetric
  /** The alarm rings when the metric is at least this. */
  readonly threshold: number
  /** Periods in a row. */
  readonly periods: number
  readonly topic: ITopic
  /** What was measured, then what it means for people and what to do, in whole sentences. */
  readonly says: string
}

/** An alarm that tells whoever gets it what people notice and what to do. */
export class ExplainedAlarm extends Construct {
  constructor(scope: Construct, id: string, { metric, threshold, periods, topic, says }: ExplainedAlarmProps) {
    super(scope, id)
    const alarm = new Alarm(this, 'Resource', {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Queues and functions that nobody uses report nothing.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: says,
    })
    const action = new SnsAction(topic)
    alarm.addAlarmAction(action)
    alarm.addOkAction(action)
  }
}
