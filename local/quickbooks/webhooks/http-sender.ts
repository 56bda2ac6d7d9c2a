import type { Send } from './delivery-queue.ts'
import { DEADLINE_MS } from './delivery-queue.ts'

/** Sends over HTTP. Redirects are not followed: an endpoint that redirects has not acknowledged. */
export const sendOverHttp: Send = async ({ url, headers, body }) => {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    // The queue has given up by then; this only frees the socket.
    signal: AbortSignal.timeout(2 * DEADLINE_MS),
  })
  await response.body?.cancel()
  return { status: response.status }
}
