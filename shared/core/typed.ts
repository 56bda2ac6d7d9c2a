import type { Address } from './records.ts'
import { trimmed } from './spelling.ts'

/**
 * What a person typed, without the blanks around it, which nobody sees and nobody means. What stands there already stays
 * as it is when it is sent back: QuickBooks may hold such blanks, and nobody has taken them out. Within, a text is kept as
 * it was typed; so are the line ends of notes, since a change of those alone is a change.
 */
export function typedText(before: string | undefined, typed: string): string {
  return typed === before ? typed : trimmed(typed)
}

/** The same of an address, line by line, without those that are empty. */
export function typedAddress(before: Address, address: Address): Address {
  const held: Readonly<Record<string, string | undefined>> = before
  const lines = Object.entries(address).map(([part, line]) => [part, typedText(held[part], line)] as const)
  return Object.fromEntries(lines.filter(([, line]) => line !== ''))
}
