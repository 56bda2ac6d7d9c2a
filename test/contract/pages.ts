import type { ListPage } from '#sync/ports'

/** All rows of a list, read a page after the other; throws when it does not end. */
export async function allRows<Row>(
  read: (after: string | undefined) => Promise<ListPage<Row>>,
  mostPages = 1_000,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  let after: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const { rows: further, next } = await read(after)
    rows.push(...further)
    if (next === undefined) return rows
    after = next
  }
  throw new Error(`The list has not ended after ${mostPages} pages.`)
}

export async function allChunks<Row>(chunks: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const chunk of chunks) rows.push(...chunk)
  return rows
}
