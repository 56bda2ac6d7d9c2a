import { afterEach, expect, it } from 'vitest'
import { live, recover, startOnFiles, textOf } from './real-edges.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is what the tests look into.
type Body = any

/** Ten times what a story takes on a quiet machine. */
const LONGEST_MS = 100_000

/** `EDGE_SEEDS=5,6 npx vitest run test/e2e/real-edges.test.ts` lives others besides. */
const SEEDS = ['1', '2', '3', ...(process.env.EDGE_SEEDS?.split(',') ?? [])]

let close = async (): Promise<void> => {}
afterEach(() => close())

it.each(SEEDS)(
  'nothing acknowledged is missing after all that Tandem stands on was killed (seed %s)',
  { timeout: LONGEST_MS },
  async (seed) => {
    const tandem = await startOnFiles()
    close = tandem.close
    const { call, company } = tandem
    const story = await live(tandem, seed)
    await recover(tandem)

    const contacts: Body[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { status, body } = await call(`GET /contacts?archived=true&limit=200${cursor && `&cursor=${cursor}`}`)
      expect(status).toBe(200)
      for (const { id } of body.items) contacts.push((await call(`GET /contacts/${id}`)).body)
      cursor = body.next
    }
    const customers = company().list({ limit: 1_000 }).rows

    // Whatever was told to have been stored is there, or the history says what came in its place.
    for (const { side, id, field, value } of story.acknowledged) {
      const contact = contacts.find((each) => (side === 'crm' ? each.id : each.link?.recordId) === id)
      const history: Body[] = (await call(`GET /contacts/${contact?.id}/history?limit=200`)).body.items
      const superseded = history.flatMap(({ changes }) => changes).some(({ from }: Body) => from === value)
      const told = `${side} ${id} ${field} ${value}: ${JSON.stringify({ contact, history })}`
      expect(contact?.fields[field] === value || superseded || contact?.dot === 'conflict', told).toBe(true)
    }
    expect(contacts.map(({ id }) => id)).toEqual(expect.arrayContaining([...story.made]))

    // Both sides agree, or the dot says why not.
    for (const contact of contacts) {
      const customer = customers.find(({ Id }) => Id === contact.link?.recordId)
      for (const field of ['notes', 'mobile', 'companyName'] as const) {
        const agree = customer !== undefined && contact.fields[field] === textOf(customer, field)
        const says = ['red', 'conflict'].includes(contact.dot) && contact.reason !== undefined
        expect(agree || says, `${field} of ${JSON.stringify({ contact, customer })}`).toBe(true)
      }
    }

    const names = customers.map(({ FullyQualifiedName }) => FullyQualifiedName)
    expect(names.length - new Set(names).size, `a customer came twice: ${names}`).toBe(0)
    const links = contacts.flatMap(({ link }) => link?.recordId ?? [])
    expect(new Set(links).size).toBe(links.length)

    for (const id of story.runs) {
      const { body } = await call(`GET /runs/${id}`)
      expect(['done', 'failed', 'cancelled'], JSON.stringify(body)).toContain(body.status)
    }

    // The story was none in which nothing happened.
    expect(Object.values(story.killed).every((times) => times === 2)).toBe(true)
    expect(story.acknowledged.length).toBeGreaterThan(10)
  },
)
