import { describe, expect, it } from 'vitest'
import { APP, createDriver, REALM } from './driver.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const LADDER = [
  0,
  10 * SECOND,
  20 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  20 * MINUTE,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
  6 * HOUR,
]

const idsIn = (body: string): string[] =>
  JSON.parse(body).map((event: { intuitentityid: string }) => event.intuitentityid)

describe('retrying', () => {
  it('climbs the ladder of 0 s, 10 s, 20 s, 30 s, 5 min, 20 min, 2 h, 4 h and then every 6 h, with the same bytes', async () => {
    const driver = createDriver()
    driver.reactTo(500)
    driver.create('Amy')
    await driver.advance(0)
    for (const [rung, wait] of LADDER.entries()) {
      if (wait > 0) await driver.advance(wait - 1)
      expect(driver.arrived).toHaveLength(rung + 1)
      await driver.advance(wait > 0 ? 1 : 0)
      expect(driver.arrived).toHaveLength(rung + 2)
    }
    expect(new Set(driver.arrived.map(({ body, headers }) => body + headers['intuit-signature'])).size).toBe(1)
  })

  it('stops at the first 200', async () => {
    const driver = createDriver()
    driver.reactTo(503, 200)
    driver.create('Amy')
    await driver.advance(0)
    await driver.advance(0)
    await driver.advance(24 * HOUR)
    expect(driver.arrived).toHaveLength(2)
    expect(driver.simulator.modules.webhooks.waiting()).toEqual({ deliveries: 0, events: 0 })
  })

  it('takes nothing but 200 for an acknowledgement, within three seconds', async () => {
    for (const reaction of [202, 301, 400, 'silent', 'broken'] as const) {
      const driver = createDriver()
      driver.reactTo(reaction, 200)
      driver.create('Amy')
      await driver.advance(0)
      await driver.advance(3 * SECOND - 1)
      await driver.advance(10 * SECOND + 1)
      expect(driver.arrived).toHaveLength(2)
    }
  })

  it('ignores a 200 that comes after three seconds', async () => {
    let answer = (): void => {}
    let sent = 0
    const late = createDriver({
      send: () => {
        sent++
        return new Promise((resolve) => {
          answer = () => resolve({ status: 200 })
        })
      },
    })
    late.create('Amy')
    await late.advance(0)
    const lateAnswer = answer
    await late.advance(3 * SECOND)
    expect(sent).toBe(2)
    lateAnswer()
    await late.advance(0)
    expect(late.simulator.modules.webhooks.deliveries()[0]).toMatchObject({
      state: 'sending',
      attempts: [{ ok: false }],
    })
  })

  it('withholds later events until the failed delivery is acknowledged', async () => {
    const driver = createDriver()
    driver.reactTo(500, 500, 500, 200)
    const first = driver.create('Amy')
    await driver.advance(0)
    const second = driver.create('Bob')
    await driver.advance(0)
    await driver.advance(10 * SECOND)
    await driver.advance(20 * SECOND - 1)
    expect(driver.arrived.map(({ body }) => idsIn(body))).toEqual([[first], [first], [first]])
    await driver.advance(1)
    await driver.advance(0)
    expect(driver.arrived.slice(3).map(({ body }) => idsIn(body))).toEqual([[first], [second]])
  })

  it('sends later events past a failed one by switch', async () => {
    const driver = createDriver({ switches: { 'head-of-line': 'sent' } })
    driver.reactTo(500, 500, 200)
    const first = driver.create('Amy')
    await driver.advance(0)
    await driver.advance(0)
    const second = driver.create('Bob')
    await driver.advance(1)
    expect(driver.arrived.map(({ body }) => idsIn(body))).toEqual([[first], [first], [second]])
  })

  it('does not let one app wait for another', async () => {
    const other = { ...APP, clientId: 'ABother', webhookUrl: 'https://other.example.com/hooks' }
    const driver = createDriver({ apps: [APP, other] })
    driver.reactTo(500, 200)
    driver.create('Amy')
    await driver.advance(0)
    expect(driver.arrived.map(({ url }) => url)).toEqual([APP.webhookUrl, other.webhookUrl])
  })

  it('can be asked to try again at once', async () => {
    const driver = createDriver()
    driver.reactTo(500, 200)
    driver.create('Amy')
    await driver.advance(0)
    driver.simulator.modules.webhooks.retryNow()
    await driver.advance(0)
    expect(driver.simulator.modules.webhooks.deliveries()[0]).toMatchObject({ state: 'delivered' })
  })
})

describe('who is told', () => {
  it('is nobody without a webhook URL, and no app that the company is not connected to', async () => {
    const silent = createDriver({ apps: [{ ...APP, webhookUrl: '' }].map(({ webhookUrl: _, ...app }) => app) })
    silent.create('Amy')
    await silent.advance(HOUR)
    expect(silent.arrived).toEqual([])

    const driver = createDriver()
    driver.simulator.modules.oauth.disconnect(APP.clientId, REALM)
    driver.create('Amy')
    await driver.advance(HOUR)
    expect(driver.arrived).toEqual([])
  })

  it('is told of the entities it subscribed to alone', async () => {
    const driver = createDriver({ apps: [{ ...APP, webhookEntities: ['Vendor'] }] })
    driver.create('Amy')
    driver.company.bookkeeper.create('Vendor', { DisplayName: 'Bolt' })
    await driver.advance(0)
    expect(driver.arrived.flatMap(({ body }) => JSON.parse(body)).map(({ type }) => type)).toEqual([
      'qbo.vendor.created.v1',
    ])
  })

  it('includes the app whose own write it was, or not by switch', async () => {
    for (const [position, deliveries] of [
      ['yes', 1],
      ['no', 0],
    ] as const) {
      const driver = createDriver({ switches: { 'self-echo': position } })
      const { accessToken } = driver.simulator.modules.oauth.grant(APP.clientId, REALM)
      const answer = await driver.simulator.handle({
        method: 'POST',
        path: `/v3/company/${REALM}/customer`,
        headers: {
          authorization: `Bearer ${accessToken}`,
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ DisplayName: 'Amy' }),
      })
      expect(answer.status).toBe(200)
      await driver.advance(0)
      expect(driver.arrived).toHaveLength(deliveries)
    }
  })
})

describe('the way', () => {
  it('takes as long as it is set to', async () => {
    const driver = createDriver()
    driver.simulator.modules.webhooks.change({ delayMs: { min: 2 * SECOND, max: 5 * SECOND } })
    for (let i = 0; i < 20; i++) driver.create(`Customer ${i}`)
    await driver.advance(2 * SECOND - 1)
    expect(driver.arrived).toEqual([])
    for (let i = 0; i < 40; i++) await driver.advance(100)
    expect(driver.arrived.flatMap(({ body }) => idsIn(body))).toHaveLength(20)
  })

  it('gathers changes into windows', async () => {
    const driver = createDriver()
    driver.simulator.modules.webhooks.change({ gatherMs: 5 * SECOND })
    const ids: string[] = []
    for (let i = 0; i < 4; i++) {
      ids.push(driver.create(`Customer ${i}`))
      await driver.advance(SECOND)
    }
    await driver.advance(SECOND)
    expect(driver.arrived.map(({ body }) => idsIn(body))).toEqual([ids])
  })

  it('loses, repeats and reorders the shares it is set to, the same for the same seed', async () => {
    const travel = async (seed: number) => {
      const driver = createDriver({ seed })
      driver.simulator.modules.webhooks.change({
        lossShare: 0.3,
        duplicateShare: 0.3,
        reorderShare: 0.3,
        reorderMs: MINUTE,
      })
      const sent: string[] = []
      for (let i = 0; i < 60; i++) {
        sent.push(driver.create(`Customer ${i}`))
        await driver.advance(SECOND)
      }
      for (let i = 0; i < 90; i++) await driver.advance(SECOND)
      return { sent, came: driver.arrived.flatMap(({ body }) => idsIn(body)) }
    }
    const { sent, came } = await travel(3)
    const once = [...new Set(came)]
    expect(once.length).toBeLessThan(sent.length)
    expect(once.length).toBeGreaterThan(sent.length / 3)
    expect(came.length).toBeGreaterThan(once.length)
    expect(once).not.toEqual(once.toSorted((a, b) => Number(a) - Number(b)))
    expect(await travel(3)).toEqual({ sent, came })
    expect((await travel(4)).came).not.toEqual(came)
  })

  it('sends a repeated delivery with the same event ids', async () => {
    const driver = createDriver()
    driver.simulator.modules.webhooks.change({ duplicateShare: 1 })
    driver.create('Amy')
    await driver.advance(0)
    await driver.advance(0)
    expect(driver.arrived).toHaveLength(2)
    expect(driver.arrived[0]?.body).toBe(driver.arrived[1]?.body)
  })

  it('ends when the simulator is closed', async () => {
    const driver = createDriver()
    driver.reactTo(500)
    driver.create('Amy')
    await driver.advance(0)
    driver.simulator.close()
    driver.create('Bob')
    await driver.advance(24 * HOUR)
    expect(driver.arrived).toHaveLength(1)
  })
})
