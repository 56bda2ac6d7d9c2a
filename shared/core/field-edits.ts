import type { Fields } from './records.ts'

/** New values of fields; null and '' empty a field, and what is absent stays. */
export type FieldEdits = Readonly<{ [K in keyof Fields]?: Fields[K] | null }>
