import { fold } from './names.ts'

/** Longest search that is taken: longer ones are pasted by mistake, and every row would be held against them. */
const MAX_SEARCH_CHARACTERS = 200

export type Search =
  | Readonly<{ kind: 'search'; matches: (values: readonly (string | undefined)[]) => boolean }>
  | Readonly<{ kind: 'refused'; reason: string }>

/**
 * Reads what a person typed into a search box. `*` stands for any text, anywhere in it; without one the text may
 * stand anywhere in a value. Case and accents do not count. A search that would find everything is refused.
 */
export function parseSearch(text: string): Search {
  const pattern = fold(text.trim())
  if (pattern === '') return { kind: 'refused', reason: 'Type at least one letter or digit to search for.' }
  if (pattern.length > MAX_SEARCH_CHARACTERS) {
    return { kind: 'refused', reason: `A search has at most ${MAX_SEARCH_CHARACTERS} characters.` }
  }
  const parts = pattern.split('*')
  if (parts.every((part) => part.trim() === '')) {
    return { kind: 'refused', reason: 'A search of only * would find everything: add a letter or digit.' }
  }
  const matchesOne = parts.length === 1 ? (value: string) => value.includes(pattern) : wildcard(parts)
  return {
    kind: 'search',
    matches: (values) => values.some((value) => value !== undefined && matchesOne(fold(value))),
  }
}

/**
 * Takes each part at its first place after the one before. That is enough, because `*` may be any length, and it
 * never goes back, so that no pattern makes it slow.
 */
function wildcard(parts: readonly string[]): (value: string) => boolean {
  const head = parts[0] ?? ''
  const tail = parts.at(-1) ?? ''
  const middle = parts.slice(1, -1)
  return (value) => {
    if (!value.startsWith(head)) return false
    let at = head.length
    for (const part of middle) {
      const found = value.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return value.length - tail.length >= at && value.endsWith(tail)
  }
}
