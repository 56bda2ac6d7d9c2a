import { Duration, Validations } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { TandemFunction } from './function.ts'

interface WakeQueueProps {
  /** What people notice when messages of this queue fail or wait, and what to do: the text of its alarm. */
  readonly errorImpact: string
  /** Longest run of the function that takes from this queue. */
  readonly consumerTimeoutSeconds: number
}

/** The fewest that an event source mapping can be held to. */
const AT_ONCE = 2

/**
 * A standard queue whose messages come when their time has come: only there has each a delay of its own. They say where
 * to look and no more, so that one that is lost or doubled changes nothing; the sweep finds what they were for. So a
 * message that fails is not set aside for people but tried until it is too old to be of use.
 */
export class WakeQueue extends Construct {
  readonly queue: Queue
  readonly errorImpact: string

  constructor(scope: Construct, id: string, props: WakeQueueProps) {
    super(scope, id)
    this.errorImpact = props.errorImpact
    this.queue = new Queue(this, 'Resource', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(props.consumerTimeoutSeconds * 6),
      // Twice the longest delay, which counts as well.
      retentionPeriod: Duration.minutes(30),
    })
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'What a wake-up is for is found by the sweep within a minute; one set aside would be of no use to anyone.',
    })
  }

  /** The right to have somebody woken. */
  send(): PolicyStatement {
    return new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] })
  }

  /** The rights that Lambda needs to feed a function. */
  receive(): PolicyStatement {
    return new PolicyStatement({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [this.queue.queueArn],
    })
  }

  /** Feeds this queue to a function that has the rights of {@link receive}. */
  feed(consumer: TandemFunction): void {
    new EventSourceMapping(this, 'Events', {
      target: consumer.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: AT_ONCE,
    })
  }
}
