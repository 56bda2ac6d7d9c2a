import { describe, expect, it } from 'vitest'
import { DEFAULT_APP } from '../../../../local/quickbooks/apps.ts'
import type { AuthorizeRefusal } from '../../../../local/quickbooks/gateway/authority.ts'
import { drive, REALM, START } from '../accounting-driver.ts'

const TOKEN_NAME = 'AB01601391071aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789a'
const refusing = (reason: AuthorizeRefusal) =>
  drive({
    authority: { authorize: () => ({ ok: false, reason, tokenName: TOKEN_NAME }) },
    companies: [{ realmId: REALM, kind: 'sample' }],
  })

describe('the gateway', () => {
  it('answers an expired token with 401 in its own lower-case envelope, key for key as recorded', async () => {
    const { call } = refusing('expired')
    const { status, response } = await call('GET', '/customer/1')
    expect(status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="Intuit", error="invalid_token"')
    expect(response.body).toBe(
      `{"warnings":null,"intuitObject":null,"fault":{"error":[{"message":"message=AuthenticationFailed; errorCode=003200; statusCode=401","detail":"Token expired: ${TOKEN_NAME}","code":"3200","element":null}],"type":"AUTHENTICATION"},"report":null,"queryResponse":null,"batchItemResponse":[],"attachableResponse":[],"syncErrorResponse":null,"requestId":null,"time":${START},"status":null,"cdcresponse":[]}`,
    )
  })

  it.each(['malformed', 'unknown'] as const)('calls a token that is %s too short or too long', async (reason) => {
    const { body } = await refusing(reason).call('GET', '/customer/1')
    expect(body.fault.error[0].detail).toBe('Malformed bearer token: too short or too long')
  })

  it('puts its trace id, its time and its safety on every answer, and the version on good ones alone', async () => {
    const { call } = drive()
    const answers = [
      await call('GET', '/query?query=select%20*%20from%20Customer'),
      await call('GET', '/customer/999'),
      await refusing('expired').call('GET', '/customer/1'),
    ]
    for (const [index, { response }] of answers.entries()) {
      const { headers } = response
      expect(headers.intuit_tid).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/)
      expect(headers['x-request-id']).toBe(headers.intuit_tid)
      expect(headers).toMatchObject({
        'x-envoy-upstream-service-time': expect.stringMatching(/^\d+$/),
        'strict-transport-security': expect.any(String),
        expires: expect.any(String),
      })
      for (const name of ['qbo-version', 'service-time', 'cache-control']) expect(name in headers).toBe(index === 0)
    }
  })

  it('leaves the version out of some good answers, of all or of none, by switch', async () => {
    const versions = async (position: 'sometimes' | 'always' | 'never') => {
      const { query } = drive({ switches: { 'version-headers': position } })
      const seen = []
      for (let i = 0; i < 40; i++) seen.push('qbo-version' in (await query('select * from Customer')).response.headers)
      return new Set(seen)
    }
    expect(await versions('always')).toEqual(new Set([true]))
    expect(await versions('never')).toEqual(new Set([false]))
    expect(await versions('sometimes')).toEqual(new Set([true, false]))
  })

  it.each(['malformed', 'unknown', 'revoked'] as const)('answers a token that is %s with 401', async (reason) => {
    expect((await refusing(reason).call('GET', '/customer/1')).status).toBe(401)
  })

  it.each(['', 'Basic abc', 'Bearer'])('answers Authorization "%s" with 401', async (authorization) => {
    const { status, body } = await drive().call('GET', '/customer/1', undefined, { authorization })
    expect([status, body.fault.error[0].detail]).toEqual([401, 'Malformed bearer token: too short or too long'])
  })

  it('answers a token for another company, and keys of another environment, with 403', async () => {
    const { status, body } = await refusing('forbidden').call('GET', '/customer/1')
    expect(status).toBe(403)
    expect(body.fault).toMatchObject({
      error: [{ message: 'message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403', code: '3100' }],
      type: 'SERVICE',
    })
    const production = drive({
      apps: [{ ...DEFAULT_APP, clientId: 'app-1', environment: 'sandbox' }],
      companies: [{ realmId: REALM, kind: 'empty', environment: 'production' }],
    })
    expect((await production.call('GET', '/customer/1')).status).toBe(403)
  })

  it('does nothing of what a refused request asks for', async () => {
    const { call, company } = refusing('expired')
    const before = company.count('Customer')
    await call('POST', '/customer', { DisplayName: 'A' })
    expect(company.count('Customer')).toBe(before)
  })

  it('answers in XML where Accept does not ask for JSON', async () => {
    const { call } = drive({ companies: [{ realmId: REALM, kind: 'sample' }] })
    const { response } = await call('GET', '/customer/1', undefined, { accept: '*/*' })
    expect(response.headers['content-type']).toBe('application/xml;charset=UTF-8')
    expect(response.body).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8" standalone="yes"\?><IntuitResponse xmlns="http:\/\/schema\.intuit\.com\/finance\/v3" time="2026-11-23T05:00:00\.000-08:00"><Customer domain="QBO" sparse="false">/,
    )
    expect(response.body).toContain('<CurrencyRef name="United States Dollar">USD</CurrencyRef>')
    expect(response.body).toContain('Amy&apos;s Bird Sanctuary')
    const missing = await call('GET', '/customer/999', undefined, { accept: '' })
    expect(missing.response.body).toContain('<Fault type="ValidationFault"><Error code="610" element=""><Message>')
    const refused = await refusing('expired').call('GET', '/customer/1', undefined, { accept: 'text/html' })
    expect(refused.response.body).toContain('<Fault type="AUTHENTICATION"><Error code="3200"><Message>')
  })

  it('answers everything with an HTML page during maintenance', async () => {
    const { call, simulator } = drive()
    simulator.gateway.change({ maintenance: true })
    const { status, response } = await call('GET', '/customer/1')
    expect([status, response.headers['content-type']]).toEqual([503, 'text/html;charset=utf-8'])
    expect(response.body).toMatch(/^<html>/)
    simulator.gateway.change({ maintenance: false })
    expect((await call('GET', '/customer/1')).body.Fault.Error[0].code).toBe('610')
  })

  it('serves every minor version alike', async () => {
    const { call, write } = drive()
    await write({ DisplayName: 'A' })
    const bodies = []
    for (const version of ['', '?minorversion=1', '?minorversion=75', '?minorversion=99']) {
      bodies.push((await call('GET', `/customer/1${version}`)).response.body)
    }
    expect(new Set(bodies).size).toBe(1)
  })
})
