import type { IncomingMessage } from 'node:http'

/** Reads a whole request body; undefined when it is longer than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    // Read on without keeping, so that the client is there to get the answer.
    if (length <= limit) chunks.push(bytes)
  }
  return length > limit ? undefined : Buffer.concat(chunks)
}
