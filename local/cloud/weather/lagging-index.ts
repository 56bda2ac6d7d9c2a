import type { AttributeValue } from '@aws-sdk/client-dynamodb'

export type Item = Readonly<Record<string, AttributeValue>>

/** A Query as far as it says what an index shows: the names are those of DynamoDB's API. */
export interface IndexQuery {
  readonly KeyConditionExpression?: string
  readonly FilterExpression?: string
  readonly ProjectionExpression?: string
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>
  readonly ScanIndexForward?: boolean
  readonly ExclusiveStartKey?: Item
}

export interface Index {
  readonly partitionKey: string
  readonly sortKey: string | undefined
  /** What the index holds of an item; undefined for all of it. */
  readonly attributes: ReadonlySet<string> | undefined
}

export interface Page {
  readonly Items?: readonly Item[]
  readonly LastEvaluatedKey?: Item
}

/** What an index still shows of an item that was written a moment ago: the item as it was, or nothing. */
export type Before = ReadonlyMap<string, Item | undefined>

/**
 * A page of an index as it is while the index lags: without what was written to the items named in `before`, and with
 * what these were, where the query asks for that. What a filter would let through of it is left out, as it cannot be
 * told here. `idOf` gives the table's own key of an item.
 */
export function laggingPage(
  page: Page,
  query: IndexQuery,
  index: Index,
  before: Before,
  idOf: (item: Item) => string,
): readonly Item[] {
  const settled = (page.Items ?? []).filter((item) => !before.has(idOf(item)))
  const matches = query.FilterExpression === undefined ? matcherOf(query) : undefined
  const late =
    matches === undefined
      ? []
      : [...before.values()].filter((item) => item !== undefined).filter(isOnPage(page, query, index, matches))
  return [...settled, ...late.map((item) => projected(item, query, index))].toSorted(byKey(query, index))
}

type Matches = (item: Item) => boolean

function isOnPage({ LastEvaluatedKey }: Page, query: IndexQuery, index: Index, matches: Matches): Matches {
  const order = byKey(query, index)
  const isAfter = ({ ExclusiveStartKey }: IndexQuery, item: Item): boolean =>
    ExclusiveStartKey === undefined || order(item, ExclusiveStartKey) > 0
  const isUpTo = (item: Item): boolean => LastEvaluatedKey === undefined || order(item, LastEvaluatedKey) <= 0
  return (item) => matches(item) && isAfter(query, item) && isUpTo(item)
}

/** What the key conditions say of an item; undefined when one of them is of a form that is not known here. */
function matcherOf(query: IndexQuery): Matches | undefined {
  const {
    KeyConditionExpression = '',
    ExpressionAttributeNames: names = {},
    ExpressionAttributeValues: values = {},
  } = query
  const conditions = KeyConditionExpression.replace(/(\S+) BETWEEN (\S+) AND (\S+)/gi, '$1 >= $2 AND $1 <= $3')
    .split(/ AND /i)
    .map((text) => conditionOf(text.replace(/^[\s(]+|[\s)]+$/g, ''), names, values))
  if (conditions.some((one) => one === undefined)) return undefined
  return (item) => conditions.every((one) => one?.(item))
}

function conditionOf(
  text: string,
  names: Readonly<Record<string, string>>,
  values: Readonly<Record<string, AttributeValue>>,
): Matches | undefined {
  const begins = /^begins_with\s*\(\s*(\S+?)\s*,\s*(\S+)$/i.exec(text)
  const compared = begins ?? /^(\S+)\s*(=|<=|>=|<|>)\s*(\S+)$/.exec(text)
  if (compared === null) return undefined
  const [, path = '', operator = ''] = compared
  const name = names[path] ?? path
  const value = textOf(values[begins === null ? (compared[3] ?? '') : operator])
  if (value === undefined) return undefined
  return (item) => {
    const held = textOf(item[name])
    if (held === undefined) return false
    if (begins !== null) return held.startsWith(value)
    const order = compareText(held, value)
    if (operator === '=') return order === 0
    if (operator === '<') return order < 0
    if (operator === '>') return order > 0
    return operator === '<=' ? order <= 0 : order >= 0
  }
}

function byKey({ ScanIndexForward = true }: IndexQuery, { sortKey }: Index): (a: Item, b: Item) => number {
  if (sortKey === undefined) return () => 0
  const direction = ScanIndexForward ? 1 : -1
  return (a, b) => direction * compareText(textOf(a[sortKey]) ?? '', textOf(b[sortKey]) ?? '')
}

/** Keys of this project's tables are texts. */
function textOf(value: AttributeValue | undefined): string | undefined {
  return value?.S
}

/** As DynamoDB orders texts: by their bytes in UTF-8. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function projected(
  item: Item,
  { ProjectionExpression, ExpressionAttributeNames: names = {} }: IndexQuery,
  index: Index,
): Item {
  const asked = ProjectionExpression?.split(',').map((path) => names[path.trim()] ?? path.trim())
  return Object.fromEntries(
    Object.entries(item).filter(([name]) => (asked?.includes(name) ?? true) && (index.attributes?.has(name) ?? true)),
  )
}
