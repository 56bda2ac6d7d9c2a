import type { Slot } from './records.ts'

/** The slots that give a record its full name, or make it compete for one. */
export const NAMING: ReadonlySet<Slot> = new Set<Slot>([
  'displayName',
  'companyName',
  'title',
  'givenName',
  'middleName',
  'familyName',
  'suffix',
  'printName',
  'parent',
  'active',
])
