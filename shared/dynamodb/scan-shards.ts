/** What one request answers of a shard; `next` is where its rest begins. */
export type ShardChunk<Row, Start> = Readonly<{ rows: readonly Row[]; next: Start | undefined }>

/**
 * Every row of all shards, in no order: `atOnce` shards are read at the same time, and what comes first is handed on
 * first. Throws the first failure when whoever reads along asks for more.
 */
export async function* scanShards<Row, Start>(
  shards: readonly string[],
  atOnce: number,
  read: (shard: string, start: Start | undefined) => Promise<ShardChunk<Row, Start>>,
): AsyncGenerator<readonly Row[]> {
  const waiting = [...shards]
  const reading = new Map<string, Promise<Readonly<{ shard: string }> & ShardChunk<Row, Start>>>()
  const begin = (shard: string, start?: Start) => {
    const answer = read(shard, start).then((chunk) => ({ shard, ...chunk }))
    // Whoever reads along may take its time with the rows before, and a failure that nobody waits for ends the process.
    answer.catch(() => undefined)
    reading.set(shard, answer)
  }
  const beginNext = () => {
    const shard = waiting.shift()
    if (shard !== undefined) begin(shard)
  }
  for (let n = 0; n < atOnce; n++) beginNext()
  while (reading.size > 0) {
    const { shard, rows, next } = await Promise.race(reading.values())
    reading.delete(shard)
    if (next === undefined) beginNext()
    else begin(shard, next)
    if (rows.length > 0) yield rows
  }
}
