import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '#http/exchange'
import { httpStack, toRequest } from '#lambda/http-stack'
import { createLogger } from '#lambda/logger'
import { createMetrics } from '#lambda/metrics'
import { context, httpEvent } from './events.ts'

const text = (body: Uint8Array): string => new TextDecoder().decode(body)

describe('an HTTP event', () => {
  it('becomes a request with its bytes as they were sent, in either encoding', () => {
    const body = '{"name":"Zürcher 株式会社"}'
    expect(text(toRequest(httpEvent('POST', '/x', { body })).body)).toBe(body)
    const encoded = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
    expect(text(toRequest(httpEvent('POST', '/x', encoded)).body)).toBe(body)
  })

  it('keeps a parameter that is given twice apart', () => {
    const { query } = toRequest(httpEvent('GET', '/x', { rawQueryString: 'a=1%2C2&a=3&b=%2A' }))
    expect(query.getAll('a')).toEqual(['1,2', '3'])
    expect(query.get('b')).toBe('*')
  })

  it('has its headers in lower case, its request id, and claims only where the gateway checked a token', () => {
    const request = toRequest(httpEvent('get', '/x', { headers: { 'Content-Type': 'a' }, claims: { sub: 'ada' } }))
    expect(request).toMatchObject({
      method: 'GET',
      headers: { 'content-type': 'a' },
      requestId: 'JKJaXmPLvHcESHA=',
      claims: { sub: 'ada' },
    })
    expect(toRequest(httpEvent('GET', '/x'))).not.toHaveProperty('claims')
  })

  it('is answered with status, headers and body', async () => {
    const echo = async ({ path }: HttpRequest) => ({ status: 201, headers: { location: '/y' }, body: path })
    const handler = httpStack(echo, { logger: createLogger(), metrics: createMetrics() })
    expect(await handler(httpEvent('GET', '/x'), context)).toEqual({
      statusCode: 201,
      headers: { location: '/y' },
      body: '/x',
    })
  })

  it('is answered with bytes, where the answer is some', async () => {
    const zipped = async () => ({ status: 200, headers: {}, body: 'H4sI', isBase64: true })
    const handler = httpStack(zipped, { logger: createLogger(), metrics: createMetrics() })
    expect(await handler(httpEvent('GET', '/x'), context)).toMatchObject({ body: 'H4sI', isBase64Encoded: true })
  })
})
