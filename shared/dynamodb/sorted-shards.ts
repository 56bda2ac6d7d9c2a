import { compareKeys } from '#core/names'

/** A row with the key that orders it, which is its sort key in the table. */
export type Keyed<Row> = Readonly<{ key: string; row: Row }>

/** Up to `limit` rows of one shard above `after`, in order; `more` when there may be further ones. */
export type ReadShard<Row> = (
  shard: string,
  limit: number,
  after: string | undefined,
) => Promise<Readonly<{ rows: readonly Keyed<Row>[]; more: boolean }>>

type Shard<Row> = { readonly name: string; rows: Keyed<Row>[]; last: string | undefined; more: boolean }

/**
 * The first `limit` rows above `after` of shards that are each in order, and whether there are more. Each shard is
 * read in small chunks, all at once, and again only where its chunk ran out: together little more than the page.
 */
export async function mergeShards<Row>(
  names: readonly string[],
  limit: number,
  after: string | undefined,
  read: ReadShard<Row>,
): Promise<Readonly<{ rows: readonly Keyed<Row>[]; more: boolean }>> {
  // One more than the page tells whether the page is the last.
  const wanted = limit + 1
  // Rows spread unevenly: half as much again as the mean spares most pages a second round.
  const chunk = Math.ceil((wanted * 1.5) / names.length)
  const shards = names.map((name): Shard<Row> => ({ name, rows: [], last: after, more: true }))
  const rows: Keyed<Row>[] = []
  while (rows.length < wanted) {
    await Promise.all(
      shards.filter(({ rows, more }) => more && rows.length === 0).map((shard) => refill(shard, chunk, read)),
    )
    // Only while every shard with more to come shows its next row is the least of the rows shown the next of all.
    if (shards.some(({ rows, more }) => more && rows.length === 0)) continue
    const next = least(shards)?.rows.shift()
    if (next === undefined) break
    rows.push(next)
  }
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}

async function refill<Row>(shard: Shard<Row>, chunk: number, read: ReadShard<Row>): Promise<void> {
  const { rows, more } = await read(shard.name, chunk, shard.last)
  shard.rows = [...rows]
  shard.last = rows.at(-1)?.key ?? shard.last
  shard.more = more
}

function least<Row>(shards: readonly Shard<Row>[]): Shard<Row> | undefined {
  let least: Shard<Row> | undefined
  for (const shard of shards) {
    const [first] = shard.rows
    const [before] = least?.rows ?? []
    if (first !== undefined && (before === undefined || compareKeys(first.key, before.key) < 0)) least = shard
  }
  return least
}
