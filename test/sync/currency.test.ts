import { afterEach, describe, expect, it } from 'vitest'
import { problemOf } from '#core/errors'
import { createContact, moveContact, newJob, updateContact } from '#sync/edit-contact'
import { servePullHint } from '#sync/serve'
import { unlinkContact } from '#sync/unlink'
import type { SwitchOverrides } from '../../local/quickbooks/switches.ts'
import { createPushWorld, DAY_MS, PERSON, type PushWorld, WORKSPACE } from './push-world.ts'

const asker = { workspace: WORKSPACE, person: PERSON }
const EUR = { CurrencyRef: { value: 'EUR' } }
const worlds: PushWorld[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

async function multi(switches: SwitchOverrides = {}, currencies = ['EUR', 'GBP']) {
  const world = await createPushWorld(switches, undefined, currencies)
  worlds.push(world)
  const job = async (parentId: string, displayName: string) => {
    const { id } = await newJob(world.ports, { ...asker, parentId, fields: { displayName } })
    await world.drain()
    return id
  }
  const move = async (id: string, parentId: string | null) =>
    moveContact(world.ports, { ...asker, id, version: (await world.contact(id)).version, parentId })
  const inBooks = async (id: string) => world.read(await world.recordId(id))
  return { ...world, job, move, inBooks }
}
const written = ({ calls }: Pick<PushWorld, 'calls'>) => calls().create + calls().update
const readsOf = ({ calls }: Pick<PushWorld, 'calls'>) => calls().read + calls().query
const fieldsOf = async (work: Promise<unknown>) => {
  const problem = await work.then(() => undefined, problemOf)
  return problem?.kind === 'invalidInput' ? problem.fields : problem
}

describe('a job under a customer in another currency', () => {
  it.each<SwitchOverrides>([
    {},
    { 'sub-customer-currency': 'taken' },
    { 'sub-customer-currency-omitted': 'parents' },
    { 'home-among-currencies': 'listed' },
  ])('is made in the currency of its parent (%j)', async (switches) => {
    const world = await multi(switches)
    const client = await world.addLinked({ DisplayName: 'Client', ...EUR })
    const kitchen = await world.job(await world.job(client, 'House'), 'Kitchen')
    expect(await world.inBooks(kitchen)).toMatchObject({ CurrencyRef: { value: 'EUR' }, Level: 2 })
    const home = await world.addLinked({ DisplayName: 'Neighbour' })
    expect(await world.inBooks(await world.job(home, 'Roof'))).toMatchObject({ CurrencyRef: { value: 'USD' } })
    expect(await world.dot(kitchen)).toBe('green')
  })

  it('costs the two reads that tell the currencies, once', async () => {
    const world = await multi()
    const client = await world.addLinked({ DisplayName: 'Client', ...EUR })
    const before = readsOf(world)
    for (const name of ['A', 'B', 'C']) await world.job(client, name)
    expect(readsOf(world) - before).toBe(2)
  })

  it('begins with its parent’s tax status, and is left alone afterwards', async () => {
    const world = await multi()
    const exempt = { Taxable: false, TaxExemptionReasonId: '5' }
    const client = await world.addLinked({ DisplayName: 'School', ...exempt })
    const job = await world.job(client, 'Gym')
    expect(await world.inBooks(job)).toMatchObject(exempt)
    world.books.edit('Customer', await world.recordId(job), { Taxable: true })
    await world.pullIn('customer', [await world.recordId(job)])
    await world.edit(job, world.set({ phone: '1' }))
    await world.drain()
    expect(await world.inBooks(job)).toMatchObject({ Taxable: true, PrimaryPhone: { FreeFormNumber: '1' } })
  })

  it('names no currency to a company that has but one, and refuses to be told it', async () => {
    const world = await multi({ 'home-currency-ref': 'refused' }, [])
    const client = await world.addLinked({ DisplayName: 'Client' })
    expect(await world.inBooks(await world.job(client, 'Roof'))).toMatchObject({ CurrencyRef: { value: 'USD' } })
  })
})

describe('a job under a customer whose currency the company works with no more', () => {
  /** EUR's id in the list of the company's currencies. */
  const EUROS = '1'

  it('is refused before anything is made, and made once the currency is active again', async () => {
    const world = await multi()
    const client = await world.addLinked({ DisplayName: 'Client', ...EUR })
    await world.job(client, 'Known before')
    world.books.editCurrency(EUROS, { active: false })
    world.time.advance(DAY_MS + 1)
    const creates = world.calls().create
    const job = await world.job(client, 'Roof')
    expect((await world.contact(job)).refusal).toMatchObject({
      code: 'currencyNotActive',
      reason: expect.stringContaining('Its parent is in EUR'),
      advice: expect.stringContaining('Make EUR active again'),
    })
    await world.drainLater()
    expect(world.calls().create).toBe(creates)
    world.books.editCurrency(EUROS, { active: true })
    await world.drainLater(3)
    expect(await world.inBooks(job)).toMatchObject({ CurrencyRef: { value: 'EUR' } })
    expect(await world.dot(job)).toBe('green')
  })

  it('is never refused by a list that was read before the bookkeeper added the currency', async () => {
    const world = await multi({}, ['GBP'])
    const pounds = await world.addLinked({ DisplayName: 'Pounds', CurrencyRef: { value: 'GBP' } })
    await world.job(pounds, 'Known before')
    world.books.addCurrency('EUR')
    const client = await world.addLinked({ DisplayName: 'Client', ...EUR })
    world.time.advance(60_000)
    const job = await world.job(client, 'Roof')
    expect((await world.contact(job)).refusal).toBeUndefined()
    expect(await world.inBooks(job)).toMatchObject({ CurrencyRef: { value: 'EUR' } })
  })

  it('is left alone where it is in the books already', async () => {
    const world = await multi()
    const client = await world.addLinked({ DisplayName: 'Client', ...EUR })
    const job = await world.job(client, 'Roof')
    world.books.editCurrency(EUROS, { active: false })
    world.time.advance(DAY_MS + 1)
    await world.edit(job, world.set({ phone: '1' }))
    await world.drain()
    expect(await world.inBooks(job)).toMatchObject({ PrimaryPhone: { FreeFormNumber: '1' } })
    expect(await world.dot(job)).toBe('green')
  })
})

describe('a contact that would come under a parent in another currency', () => {
  it('is refused when somebody moves it, before anything is sent', async () => {
    const world = await multi()
    const [euro, dollar] = [
      await world.addLinked({ DisplayName: 'Euro', ...EUR }),
      await world.addLinked({ DisplayName: 'Dollar' }),
    ]
    const writes = written(world)
    expect(await fieldsOf(world.move(dollar, euro))).toMatchObject([
      { path: 'parentId', message: expect.stringContaining('in USD and its parent in EUR') },
    ])
    const job = await world.job(euro, 'Roof')
    expect(await fieldsOf(world.move(job, dollar))).toMatchObject([{ path: 'parentId' }])
    expect((await world.move(job, null)).kind).toBe('client')
    expect(written(world) - writes).toBe(1)
  })

  it('is not sent there either where the move got in by another way, and everything else of it is', async () => {
    const world = await multi({ 'sub-customer-currency': 'taken' })
    const euro = await world.addLinked({ DisplayName: 'Euro', ...EUR })
    const dollar = await world.addLinked({ DisplayName: 'Dollar' })
    await world.edit(dollar, (before) => ({ ...world.set({ phone: '1' })(before), kind: 'job', parentId: euro }))
    await world.drain()
    expect((await world.contact(dollar)).refusal).toMatchObject({ code: 'otherCurrency' })
    const record = await world.inBooks(dollar)
    expect(record).toMatchObject({ PrimaryPhone: { FreeFormNumber: '1' }, CurrencyRef: { value: 'USD' } })
    expect(record.ParentRef).toBeUndefined()
  })
})

describe('a currency that is chosen for a new customer', () => {
  const made = (world: PushWorld, currency: string) =>
    createContact(world.ports, { ...asker, kind: 'client', isCustomer: true, fields: { displayName: 'New' }, currency })
  /** The upkeep, which reads what somebody has asked for. */
  const upkeep = ({ ports }: PushWorld) => servePullHint(ports, { kind: 'upkeep', workspace: WORKSPACE })

  it('is what it is created in, and cannot be chosen any more then', async () => {
    const world = await multi()
    expect(await fieldsOf(made(world, 'EUR'))).toMatchObject([
      { path: 'currency', message: expect.stringContaining('not known yet') },
    ])
    await upkeep(world)
    const { id, version } = await made(world, 'EUR')
    const other = await updateContact(world.ports, { ...asker, id, version, edit: { currency: 'GBP' } })
    expect((await world.ports.contacts.history(WORKSPACE, id, 10)).rows.at(-1)?.changes).toEqual([
      { field: 'currency', from: 'EUR', to: 'GBP' },
    ])
    const none = await updateContact(world.ports, { ...asker, id, version: other.version, edit: { currency: null } })
    expect(none.currency).toBeUndefined()
    await updateContact(world.ports, { ...asker, id, version: none.version, edit: { currency: 'EUR' } })
    await world.drain()
    expect(await world.inBooks(id)).toMatchObject({ CurrencyRef: { value: 'EUR' } })
    const linked = await world.contact(id)
    const again = updateContact(world.ports, { ...asker, id, version: linked.version, edit: { currency: 'GBP' } })
    expect(await fieldsOf(again)).toMatchObject([{ path: 'currency' }])
  })

  it('is refused where the company has one only, or not this one, until the bookkeeper adds it', async () => {
    const world = await multi({}, [])
    await fieldsOf(made(world, 'EUR'))
    await upkeep(world)
    expect(await fieldsOf(made(world, 'EUR'))).toMatchObject([
      { path: 'currency', message: expect.stringContaining('multicurrency is not switched on') },
    ])
    const reads = readsOf(world)
    for (let tries = 0; tries < 5; tries++) {
      await fieldsOf(made(world, 'EUR'))
      await upkeep(world)
    }
    expect(readsOf(world)).toBe(reads)
    world.books.addCurrency('EUR')
    world.time.advance(DAY_MS + 1)
    await world.connect()
    expect(await fieldsOf(made(world, 'EUR'))).toMatchObject([
      { path: 'currency', message: expect.stringContaining('try again in a minute') },
    ])
    await upkeep(world)
    expect((await made(world, 'EUR')).currency).toBe('EUR')
    expect(await fieldsOf(made(world, 'GBP'))).toMatchObject([
      { path: 'currency', message: expect.stringContaining('not among the currencies') },
    ])
  })

  it('is not a job’s, and keeps it from under a parent in another one', async () => {
    const world = await multi()
    await fieldsOf(made(world, 'EUR'))
    await upkeep(world)
    const dollar = await world.addLinked({ DisplayName: 'Dollar' })
    const job = { ...asker, kind: 'job', parentId: dollar, fields: { displayName: 'Job' }, currency: 'EUR' } as const
    expect(await fieldsOf(createContact(world.ports, job))).toMatchObject([{ path: 'currency' }])
    const { id } = await made(world, 'EUR')
    expect(await fieldsOf(world.move(id, dollar))).toMatchObject([{ path: 'parentId' }])
  })

  it('stays when it is linked to QuickBooks no more', async () => {
    const world = await multi()
    const euro = await world.addLinked({ DisplayName: 'Euro', ...EUR })
    await unlinkContact(world.ports, WORKSPACE, euro, { actor: PERSON, because: 'a test' })
    expect((await world.contact(euro)).currency).toBe('EUR')
  })
})
