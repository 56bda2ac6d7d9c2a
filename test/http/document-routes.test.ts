import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { documentRoutes } from '#http/document-routes'
import { documentText } from '#http/openapi'
import { compressed } from '#lambda/compressed'
import { digest } from '#lambda/digest'
import { createMemoryPorts } from '#memory/ports'
import { asker } from './world.ts'

const document = JSON.parse(documentText())
const ask = asker(documentRoutes, { digest, document: compressed(document) }, createMemoryPorts().log)
const everyone = { claims: undefined }

describe('GET /health, /openapi.json and /docs', () => {
  it('answer everyone', async () => {
    expect(await ask('GET', '/health', everyone)).toMatchObject({ status: 200, json: { status: 'ok' } })
    expect(await ask('GET', '/openapi.json', everyone)).toMatchObject({ status: 200, json: { openapi: '3.1.0' } })
    const docs = await ask('GET', '/docs', { ...everyone, query: { code: 'from-the-sign-in' } })
    expect(docs.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(docs.text).not.toContain('from-the-sign-in')
  })

  it('send the document in a tenth of its bytes, to be kept for an hour', async () => {
    const plain = await ask('GET', '/openapi.json', everyone)
    for (const accepted of ['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.8']) {
      const { status, headers, text } = await ask('GET', '/openapi.json', {
        ...everyone,
        headers: { 'accept-encoding': accepted },
      })
      expect([status, headers['content-encoding'], headers.vary]).toEqual([200, 'gzip', 'accept-encoding'])
      expect(headers['cache-control']).toBe('public, max-age=3600')
      const bytes = Buffer.from(text, 'base64')
      expect(bytes.length * 10).toBeLessThan(plain.text.length)
      expect(gunzipSync(bytes).toString()).toBe(plain.text)
    }
  })

  it.each([undefined, '', 'br', 'identity', 'gzip;q=0', 'br, gzip; q=0.0'])(
    'send it as it is to whoever takes no gzip: %j',
    async (accepted) => {
      const headers = accepted === undefined ? {} : { 'accept-encoding': accepted }
      const plain = await ask('GET', '/openapi.json', { ...everyone, headers })
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(JSON.parse(plain.text)).toEqual(document)
    },
  )

  it('keep nothing else between', async () => {
    for (const path of ['/health', '/docs']) {
      expect((await ask('GET', path, everyone)).headers['cache-control']).toBe('no-store')
    }
  })
})
