import { compareKeys } from '#core/names'
import { keyOf, positionAfter } from '#core/positions'
import type { ListPage } from '#sync/ports'

/** Values by id, listed in order of a key that can change; ordering is put off until somebody lists. */
export type OrderedList<T> = Readonly<{
  get(id: string): T | undefined
  set(id: string, key: string, value: T): void
  delete(id: string): void
  /** From the row after `after` on; `name` marks the positions, so that those of another list are refused. */
  page(name: string, limit: number, after: string | undefined): ListPage<T>
  values(): Iterable<T>
}>

type Entry<T> = Readonly<{ key: string; value: T }>

export function createOrderedList<T>(): OrderedList<T> {
  const entries = new Map<string, Entry<T>>()
  let keys: string[] = []
  let idOfKey = new Map<string, string>()
  let ordered = true

  const order = () => {
    if (ordered) return
    idOfKey = new Map([...entries].map(([id, { key }]) => [key, id]))
    keys = [...idOfKey.keys()].sort(compareKeys)
    ordered = true
  }

  return {
    get: (id) => entries.get(id)?.value,
    set: (id, key, value) => {
      if (entries.get(id)?.key !== key) ordered = false
      entries.set(id, { key, value })
    },
    delete: (id) => {
      if (entries.delete(id)) ordered = false
    },
    page: (name, limit, after) => {
      order()
      const start = after === undefined ? 0 : firstAbove(keys, keyOf(name, after))
      const chosen = keys.slice(start, start + limit)
      const last = chosen.at(-1)
      const rows = chosen.flatMap((key) => {
        const entry = entries.get(idOfKey.get(key) ?? '')
        return entry === undefined ? [] : [entry.value]
      })
      const more = last !== undefined && start + limit < keys.length
      return more ? { rows, next: positionAfter(name, last) } : { rows }
    },
    values: function* () {
      for (const { value } of entries.values()) yield value
    },
  }
}

function firstAbove(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys(keys[middle] ?? '', key) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
