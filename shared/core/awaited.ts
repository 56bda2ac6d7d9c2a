import type { Entity } from './records.ts'

/** A customer, vendor or employee that no mirror shows. */
export const UNSEEN = 'unseen'

/** How a refusal names a record whose change it waits for. */
export function awaitedRecord(entity: Entity, id: string): string {
  return `${entity}/${id}`
}
