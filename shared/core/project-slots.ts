import type { Mirror, Slot } from './records.ts'
import type { RefusalWords } from './refusals.ts'

export const PROJECT = 'isProject'

/**
 * What the bookkeeper alone decides of a project. Intuit makes, changes and deletes projects by its Project API (GraphQL:
 * "Develop with the Project API", open to partners of higher tiers), and for the Accounting API `IsProject` is "read
 * only" (reference: Customer). What a customer update does to a project's name, place and end is not documented, so that
 * none is sent; the other fields are a customer's like any other.
 */
const OF_PROJECTS: ReadonlySet<Slot> = new Set<Slot>(['displayName', 'parent', 'active'])

/** Those of the slots that Tandem does not send to this record; the name on cheques waits with the name that it follows. */
export function fixedSlots({ isProject }: Pick<Mirror, 'isProject'>, slots: readonly Slot[]): readonly Slot[] {
  if (isProject !== true) return []
  const isRenamed = slots.includes('displayName')
  return slots.filter((slot) => OF_PROJECTS.has(slot) || (isRenamed && slot === 'printName'))
}

/** Whether a slot may be one that is not sent because its record is a project. */
export function isOfProjects(slot: Slot): boolean {
  return OF_PROJECTS.has(slot) || slot === 'printName'
}

/** Why they are not sent. */
export function projectRefusal(slots: readonly Slot[]): RefusalWords & Readonly<{ code: string }> {
  const what = [
    ...(slots.includes('displayName') ? ['renamed'] : []),
    ...(slots.includes('parent') ? ['moved'] : []),
    ...(slots.includes('active') ? ['made active or inactive'] : []),
  ]
  return {
    code: PROJECT,
    reason: `It is a project in QuickBooks, and a project can be ${what.join(' and ')} there only.`,
    advice: 'Do it in QuickBooks, under Projects, or take it back here. Everything else of it is sent.',
  }
}
