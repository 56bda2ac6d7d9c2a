import { Duration } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { TandemFunction } from './function.ts'

interface WorkQueueProps {
  /** What people notice when messages of this queue fail or wait, and what to do: the text of its alarms. */
  readonly errorImpact: string
  /** Longest run of the function that takes from this queue. */
  readonly consumerTimeoutSeconds: number
}

/**
 * A FIFO queue of hints, grouped by workspace, with its dead-letter queue.
 * Deduplication ids are the sender's (two equal hints may both be wanted), and hold within one group, which is also
 * what gives each workspace its own throughput.
 */
export class WorkQueue extends Construct {
  readonly queue: Queue
  readonly deadLetterQueue: Queue
  readonly errorImpact: string
  readonly visibilityTimeout: Duration

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id)
    this.errorImpact = props.errorImpact
    // Six times the consumer's timeout, as Lambda's documentation asks for event source mappings on SQS.
    this.visibilityTimeout = Duration.seconds(props.consumerTimeoutSeconds * 6)
    const shared = {
      fifo: true,
      contentBasedDeduplication: false,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    } as const
    this.deadLetterQueue = new Queue(this, 'DeadLetters', shared)
    this.queue = new Queue(this, 'Resource', {
      ...shared,
      visibilityTimeout: this.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: 5 },
    })
  }

  /** The right to put hints onto this queue. */
  send(): PolicyStatement {
    return new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] })
  }

  /** The rights that Lambda needs to feed a function, and the function to return a message for some seconds only. */
  receive(): PolicyStatement {
    return new PolicyStatement({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      resources: [this.queue.queueArn],
    })
  }

  /**
   * Feeds this queue to a function that has the rights of {@link receive}.
   * @param maxConcurrency companies that are worked on at the same time; each has one message group
   */
  feed(consumer: TandemFunction, maxConcurrency: number): void {
    if (consumer.timeout.toSeconds() * 6 > this.visibilityTimeout.toSeconds()) {
      throw new Error(`${consumer.node.id} may run longer than a sixth of ${this.node.id}'s visibility timeout.`)
    }
    new EventSourceMapping(this, 'Events', {
      target: consumer.lambda,
      eventSourceArn: this.queue.queueArn,
      // A company's slice has the whole of the function's time, and one that fails takes nobody with it.
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency,
    })
  }
}
