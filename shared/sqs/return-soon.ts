import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'

/** The most messages that one call takes (Amazon SQS API reference, ChangeMessageVisibilityBatch). */
const BATCH = 10

/**
 * Makes messages that were received and not done visible again after `seconds`, instead of after their queue's
 * visibility timeout. Those that cannot be changed come back at that timeout.
 */
export async function returnSoon(
  client: SQSClient,
  queueUrl: string,
  receiptHandles: readonly string[],
  seconds: number,
): Promise<void> {
  for (let from = 0; from < receiptHandles.length; from += BATCH) {
    const Entries = receiptHandles
      .slice(from, from + BATCH)
      .map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle, VisibilityTimeout: seconds }))
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }))
  }
}
