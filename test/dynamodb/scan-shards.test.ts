import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type ShardChunk, scanShards } from '#dynamodb/scan-shards'

const STORED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  a: [['a1', 'a2'], [], ['a3']],
  b: [[]],
  c: [['c1'], ['c2']],
}

/** Answers the chunks of a shard one after the other; fails where it is told to. */
function reader(failsAt?: string) {
  const asked: string[] = []
  const read = async (shard: string, start = 0): Promise<ShardChunk<string, number>> => {
    const chunk = `${shard}${start}`
    asked.push(chunk)
    if (chunk === failsAt) throw new Error(`no ${chunk}`)
    const next = start + 1
    return { rows: STORED[shard]?.[start] ?? [], next: next < (STORED[shard]?.length ?? 0) ? next : undefined }
  }
  return { asked, read }
}

describe('the shards of a list', () => {
  it.each([1, 2, 8])('give all their rows once, %i at a time', async (atOnce) => {
    const { read, asked } = reader()
    const rows: string[] = []
    for await (const chunk of scanShards(['a', 'b', 'c'], atOnce, read)) rows.push(...chunk)
    expect(rows.toSorted()).toEqual(['a1', 'a2', 'a3', 'c1', 'c2'])
    expect(asked.toSorted()).toEqual(['a0', 'a1', 'a2', 'b0', 'c0', 'c1'])
  })

  it('fail for whoever reads along, and not behind the back of one who is busy with the rows before', async () => {
    const { read } = reader('a1')
    const scanned = scanShards(['a'], 1, read)
    expect(await scanned.next()).toMatchObject({ value: ['a1', 'a2'] })
    // The next chunk has failed by now; a failure that is left alone would fail the whole test run.
    await turn()
    await turn()
    await expect(scanned.next()).rejects.toThrow('no a1')
  })
})
