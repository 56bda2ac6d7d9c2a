import { createRandom, type Random } from '../../local/quickbooks/random.ts'

/** What is killed. Each comes back by itself or at once, as on AWS. */
const EDGES = ['Pull', 'Push', 'Admin', 'Webhook', 'dynamodb', 'sqs', 'quickbooks'] as const
export type Edge = (typeof EDGES)[number]

/** What people type into. */
const SLOTS = ['displayName', 'companyName', 'notes', 'mobile', 'email', 'website'] as const
export type EdgeSlot = (typeof SLOTS)[number]

/** The sample company's customers that have a contact; more would only take time. */
export const CUSTOMERS = ['2', '3', '4', '5', '6', '12', '13', '18', '23', '27']
/** Those of them that nothing lies under: what becomes of one is its own affair. */
const LEAVES = ['2', '3', '4', '5', '6', '18', '23']
/** Customers without a contact that others are merged into. */
const STRANGERS = ['11', '20', '21']

export type CrmDeed =
  | Readonly<{ kind: 'create' }>
  | Readonly<{ kind: 'edit'; recordId: string; slot: EdgeSlot }>
  | Readonly<{ kind: 'pull' }>
  | Readonly<{ kind: 'sync'; recordId: string }>

export type BooksDeed =
  | Readonly<{ kind: 'create' }>
  | Readonly<{ kind: 'edit'; recordId: string; slot: EdgeSlot }>
  | Readonly<{ kind: 'deactivate' | 'reactivate'; recordId: string }>
  | Readonly<{ kind: 'merge'; recordId: string; loserId: string }>

/** People on both sides act at the same time, and after so many turns of the event loop something is killed. */
export type Step = Readonly<{ number: number; crm: CrmDeed; books: BooksDeed; turns: number; kill: Edge }>

export type Story = Readonly<{
  seed: string
  conflicts: 'ask' | 'newest' | 'quickbooks' | 'crm'
  steps: readonly Step[]
}>

/** Each thing is killed twice. */
const STEPS = 2 * EDGES.length

/** While a bookkeeper's call is under way; and somewhere between the first call of an edit and the last of its push. */
const MOST_TURNS = [400, 8_000] as const

/** Makes up a story. Everything in it follows from the seed; when the real processes get to it does not. */
export function makeUp(seed: string): Story {
  const random = createRandom(seed)
  const conflicts = random.pick(['ask', 'ask', 'newest', 'quickbooks', 'crm'] as const)
  const books = bookkeeping(random)
  const steps: Step[] = []
  let waiting: readonly Edge[] = []
  for (let number = 0; number < STEPS; number += 1) {
    if (waiting.length === 0) waiting = EDGES
    const kill = random.pick(waiting)
    waiting = waiting.filter((edge) => edge !== kill)
    const [recordId, slot] = [random.pick(books.there()), random.pick(SLOTS)]
    const crm = crmDeed(random, recordId, slot)
    steps.push({ number, crm, books: books.next(recordId, slot), turns: random.integer(random.pick(MOST_TURNS)), kill })
  }
  return { seed, conflicts, steps }
}

function crmDeed(random: Random, recordId: string, slot: EdgeSlot): CrmDeed {
  const draw = random.integer(10)
  if (draw < 2) return { kind: 'create' }
  if (draw < 8) return { kind: 'edit', recordId, slot }
  return draw < 9 ? { kind: 'pull' } : { kind: 'sync', recordId }
}

/** Remembers what the bookkeeper meant to do, whether or not anybody heard of it. */
function bookkeeping(random: Random) {
  const inactive = new Set<string>()
  const merged = new Set<string>()
  const there = () => CUSTOMERS.filter((id) => !merged.has(id))
  const activeLeaves = () => LEAVES.filter((id) => !merged.has(id) && !inactive.has(id))

  /** `recordId` and `slot` are what the CRM's people are at in this moment. */
  const next = (recordId: string, slot: EdgeSlot): BooksDeed => {
    const draw = random.integer(20)
    if (draw < 5) return { kind: 'edit', recordId, slot }
    if (draw < 10) return { kind: 'edit', recordId: random.pick(there()), slot: random.pick(SLOTS) }
    if (draw < 13) return { kind: 'create' }
    const [sleeping] = inactive
    if (draw < 15 && sleeping !== undefined) {
      inactive.delete(sleeping)
      return { kind: 'reactivate', recordId: sleeping }
    }
    const leaf = random.pick(activeLeaves())
    if (draw < 18) {
      inactive.add(leaf)
      return { kind: 'deactivate', recordId: leaf }
    }
    merged.add(leaf)
    return { kind: 'merge', recordId: random.pick([...activeLeaves(), ...STRANGERS]), loserId: leaf }
  }
  return { there, next }
}
