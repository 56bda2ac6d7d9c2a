/** A table of its own for each owner (a workspace, a contact, a run), made when it is first asked for. */
export type Tables<T> = Readonly<{
  of(owner: string): T
  all(): Iterable<readonly [owner: string, table: T]>
}>

export function createTables<T>(create: () => T): Tables<T> {
  const tables = new Map<string, T>()
  return {
    of: (owner) => {
      const present = tables.get(owner)
      if (present !== undefined) return present
      const created = create()
      tables.set(owner, created)
      return created
    },
    all: () => tables.entries(),
  }
}
