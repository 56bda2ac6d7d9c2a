import { describe, expect, it } from 'vitest'
import { createDriver, REALM } from './driver.ts'

const TYPES = `/companies/${REALM}/customer-types`

describe('customer types in the control API', () => {
  it('are listed, made, renamed and made inactive', async () => {
    const { control, simulator } = createDriver()
    const made = await control('POST', TYPES, { name: 'Schools' })
    expect(made).toMatchObject({ status: 200, json: { name: 'Schools', active: true } })
    await control('PATCH', `${TYPES}/${String(made.json.id)}`, { name: 'Universities', active: false })
    const listed = await control('GET', TYPES)
    expect(listed.json.items).toContainEqual(expect.objectContaining({ name: 'Universities', active: false }))
    expect(simulator.companies.find(REALM)?.customerTypes.size).toBe(5)
  })

  it('are refused with the reason where the name is taken, missing or nobody’s', async () => {
    const { control } = createDriver()
    expect((await control('POST', TYPES, { name: 'residential' })).status).toBe(409)
    expect((await control('POST', TYPES, {})).status).toBe(400)
    expect((await control('PATCH', `${TYPES}/77`, { name: 'x' })).status).toBe(409)
  })
})
