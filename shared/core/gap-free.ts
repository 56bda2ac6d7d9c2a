import type { Connection, Entity } from './records.ts'

/** What is proven: every change in these lists up to this moment is stored. */
export type GapFree = Readonly<{ since: string; entities: readonly Entity[] }>

/** What a connection's proof says; undefined when nothing is proven yet. */
export function gapFreeOf({ gapFreeSince, gapFreeEntities = ['customer'] }: GapFreeFields): GapFree | undefined {
  return gapFreeSince === undefined ? undefined : { since: gapFreeSince, entities: gapFreeEntities }
}

type GapFreeFields = Readonly<Pick<Connection, 'gapFreeSince' | 'gapFreeEntities'>>

/** Whether every one of these lists is among those that are proven. */
export function covers(known: GapFree | undefined, entities: readonly Entity[]): boolean {
  return known !== undefined && entities.every((entity) => known.entities.includes(entity))
}

/**
 * What holds once something more is proven. A later proof stands for itself: a list that it leaves out takes no part any
 * more, and what changes there meanwhile is not looked at. An earlier one counts only for lists that it adds, and then
 * both hold from the earlier moment on.
 */
export function gapFreeAfter(known: GapFree | undefined, proven: GapFree): GapFree {
  if (known === undefined || proven.since >= known.since) return proven
  if (covers(known, proven.entities)) return known
  return { since: proven.since, entities: [...new Set([...known.entities, ...proven.entities])] }
}
