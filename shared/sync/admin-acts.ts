import type { AdminAct } from '#core/admin-acts'
import type { ListPage, Ports } from './ports.ts'

/** What was done to the workspace as a whole, by whom and when, the newest first. */
export function listAdminActs(
  { adminActs }: Pick<Ports, 'adminActs'>,
  workspace: string,
  { limit, after }: Readonly<{ limit: number; after?: string }>,
): Promise<ListPage<AdminAct>> {
  return adminActs.list(workspace, limit, after)
}

/** An act of this person, now. */
export function actOf(
  { clock, ids }: Pick<Ports, 'clock' | 'ids'>,
  actor: string,
  act: Omit<AdminAct, 'id' | 'at' | 'actor'>,
): AdminAct {
  return { id: ids.next(), at: new Date(clock.now()).toISOString(), actor, ...act }
}
