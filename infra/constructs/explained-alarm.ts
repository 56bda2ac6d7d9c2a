import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'

interface ExplainedAlarmProps {
  readonly metric: IMetric
  /** The alarm rings when the metric is at least this; one that `ringsWhenAbsent`, when it is less. */
  readonly threshold: number
  /** Periods in a row. */
  readonly periods: number
  readonly topic: ITopic
  /** What was measured, then what it means for people and what to do, in whole sentences. */
  readonly says: string
  /** The heading in RUNBOOK.md under which the rest is said. */
  readonly runbook: string
  /** What is measured tells of work that has to be done: less of it, or nothing at all, is what rings. */
  readonly ringsWhenAbsent?: boolean
}

/** An alarm that tells whoever gets it what people notice and what to do. */
export class ExplainedAlarm extends Construct {
  constructor(scope: Construct, id: string, props: ExplainedAlarmProps) {
    super(scope, id)
    const { metric, threshold, periods, topic, says, runbook, ringsWhenAbsent = false } = props
    const alarm = new Alarm(this, 'Resource', {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ringsWhenAbsent
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Queues and functions that nobody uses report nothing.
      treatMissingData: ringsWhenAbsent ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${says} More in infra/RUNBOOK.md under ${runbook}.`,
    })
    const action = new SnsAction(topic)
    alarm.addAlarmAction(action)
    alarm.addOkAction(action)
  }
}
