import { createLocalJWKSet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { APP, createDriver, REALM } from './driver.ts'

const userInfo = (driver: ReturnType<typeof createDriver>, token: string) =>
  driver.simulator.handle({
    method: 'GET',
    path: '/v1/openid_connect/userinfo',
    headers: { authorization: `Bearer ${token}` },
  })

it('adds an id_token for the openid scope, signed by the key that jwks shows', async () => {
  const driver = createDriver()
  const { tokens } = await driver.exchange(await driver.code({ scope: 'openid com.intuit.quickbooks.accounting' }))
  const jwks = await driver.simulator.handle({ method: 'GET', path: '/op/v1/jwks' })
  const { payload } = await jwtVerify(String(tokens.id_token), createLocalJWKSet(JSON.parse(jwks.body)), {
    issuer: 'https://oauth.platform.intuit.com/op/v1',
    audience: APP.clientId,
    currentDate: new Date(driver.clock.now()),
  })
  expect(payload).toMatchObject({ realmid: REALM, exp: driver.clock.now() / 1000 + 3600 })
})

it('gives no id_token without the openid scope', async () => {
  expect(await createDriver().connect()).not.toHaveProperty('id_token')
})

it('tells who signed in as far as the scopes go', async () => {
  const driver = createDriver()
  const { tokens } = await driver.exchange(await driver.code({ scope: 'openid email' }))
  const { body } = await userInfo(driver, tokens.access_token)
  expect(JSON.parse(body)).toMatchObject({ email: 'john@doe.com', emailVerified: true })
  expect(JSON.parse(body)).not.toHaveProperty('givenName')
})

it('tells nobody to a token without the openid scope, or one that has expired', async () => {
  const driver = createDriver()
  const { access_token } = await driver.connect()
  expect((await userInfo(driver, access_token)).status).toBe(401)
  const { tokens } = await driver.exchange(await driver.code({ scope: 'openid' }))
  driver.clock.advance(3_600_000)
  expect((await userInfo(driver, tokens.access_token)).status).toBe(401)
})
