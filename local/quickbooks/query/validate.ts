import { compareBytes } from '../company/byte-order.ts'
import { type BusinessError, queryError } from '../company/errors.ts'
import { parseTime } from '../company/zone.ts'
import type { Condition, Operator, QueryValue, Statement } from './parse.ts'
import { type Comparable, type Property, propertyNamed, type Queryable } from './properties.ts'

/** A condition with its property found and its values read. Texts are in lower case: values ignore case. */
export interface Filter<Row> {
  readonly property: Property<Row>
  readonly operator: Operator
  readonly values: readonly Comparable[]
  readonly fits: (row: Row) => boolean
}

export interface Query<Row> {
  readonly isCount: boolean
  readonly filters: readonly Filter<Row>[]
  readonly orderings: readonly { readonly property: Property<Row>; readonly descending: boolean }[]
  /** From 0. */
  readonly offset: number
  readonly limit: number
}

export type Validated<Row> =
  | { readonly ok: true; readonly query: Query<Row> }
  | { readonly ok: false; readonly error: BusinessError }

export interface Rules<Row> {
  readonly queryable: Queryable<Row>
  /** Properties that the entity has beyond the queryable ones. */
  readonly known: readonly string[]
  readonly mostResults: number
  readonly aboveMaximum: 'capped' | 'refused'
  readonly now: number
}

const DEFAULT_RESULTS = 100

const refuse = (detail: string): { readonly ok: false; readonly error: BusinessError } => ({
  ok: false,
  error: queryError('4001', `QueryValidationError: ${detail}`),
})

const OPERATORS: Readonly<Record<Property<unknown>['kind'], ReadonlySet<Operator>>> = {
  // "Id supports = and IN": so nobody pages by Id > 'last'.
  id: new Set(['=', 'IN', '!=', 'NOT IN']),
  key: new Set(['=', 'IN', '!=', 'NOT IN']),
  boolean: new Set(['=', 'IN', '!=', 'NOT IN']),
  number: new Set(['=', 'IN', '<', '>', '<=', '>=', '!=', 'NOT IN']),
  time: new Set(['=', 'IN', '<', '>', '<=', '>=', '!=', 'NOT IN']),
  text: new Set(['=', 'IN', '<', '>', '<=', '>=', 'LIKE', '!=', 'NOT IN', 'NOT LIKE']),
}

/** A value as the property compares it, `null` for none (`' '`), or undefined if it is not one. */
function readValue(value: QueryValue, kind: Property<unknown>['kind'], now: number): Comparable | null {
  if (value.kind === 'boolean') return kind === 'boolean' ? value.value : undefined
  if (value.kind === 'current-date') {
    if (kind !== 'time') return undefined
    return parseTime(new Date(now).toISOString().slice(0, 10))
  }
  const { text } = value
  switch (kind) {
    case 'text':
      return text === ' ' ? null : text.toLowerCase()
    case 'key':
      return text
    case 'id':
      return /^\d+$/.test(text) ? Number(text) : Number.NaN
    case 'number':
      return text.trim() === '' ? null : Number.isFinite(Number(text)) ? Number(text) : undefined
    case 'time':
      return parseTime(text)
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined
  }
}

/** `%` stands for any text; everything else for itself. */
function likePattern(pattern: string): RegExp {
  const parts = pattern.split('%').map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`)
}

const fold = (value: Comparable): Comparable => (typeof value === 'string' ? value.toLowerCase() : value)

/** Below zero, zero or above; undefined where the two are not of one kind. */
function relation(value: Comparable, bound: Comparable | null | undefined): number | undefined {
  if (typeof value === 'string' && typeof bound === 'string') return compareBytes(value, bound)
  return typeof value === 'number' && typeof bound === 'number' ? value - bound : undefined
}

function test(operator: Operator, values: readonly (Comparable | null)[]): (value: Comparable) => boolean {
  const [first] = values
  const equalsOne = (value: Comparable): boolean =>
    values.some((each) => (each === null ? value === undefined : each === value))
  const relates = (holds: (order: number) => boolean) => (value: Comparable) => {
    const order = relation(value, first)
    return order !== undefined && holds(order)
  }
  switch (operator) {
    case '=':
    case 'IN':
      return equalsOne
    case '!=':
    case 'NOT IN':
      return (value) => !equalsOne(value)
    case '<':
      return relates((order) => order < 0)
    case '>':
      return relates((order) => order > 0)
    case '<=':
      return relates((order) => order <= 0)
    case '>=':
      return relates((order) => order >= 0)
    case 'LIKE':
    case 'NOT LIKE': {
      const pattern = likePattern(String(first ?? ''))
      return (value) => (typeof value === 'string' && pattern.test(value)) === (operator === 'LIKE')
    }
    default:
      return operator satisfies never
  }
}

type Found<Row> =
  | { readonly ok: true; readonly property: Property<Row> }
  | { readonly ok: false; readonly error: BusinessError }

function findProperty<Row>(rules: Rules<Row>, name: string, use: 'filterable' | 'sortable'): Found<Row> {
  const found = propertyNamed(rules.queryable, name)
  if (found?.[use] === true) return { ok: true, property: found }
  const [top = name] = name.split('.')
  const isKnown = found !== undefined || rules.known.some((each) => each.toLowerCase() === top.toLowerCase())
  if (isKnown) return refuse(`property '${name}' is not ${use === 'filterable' ? 'queryable' : 'sortable'}`)
  return refuse(`Property ${name} not found for Entity ${rules.queryable.entity}`)
}

function readFilter<Row>(
  rules: Rules<Row>,
  condition: Condition,
): { readonly ok: true; readonly filter: Filter<Row> } | { readonly ok: false; readonly error: BusinessError } {
  const found = findProperty(rules, condition.property, 'filterable')
  if (!found.ok) return found
  const { property } = found
  const { operator } = condition
  if (!OPERATORS[property.kind].has(operator)) {
    return refuse(`operator ${operator} is not supported for property '${property.name}'`)
  }
  const values: (Comparable | null)[] = []
  for (const value of condition.values) {
    const read = readValue(value, property.kind, rules.now)
    if (read === undefined) {
      return refuse(
        `value ${value.kind === 'text' ? value.text : value.kind} is not valid for property '${property.name}'`,
      )
    }
    values.push(read)
  }
  const fits = test(operator, values)
  const filter: Filter<Row> = {
    property,
    operator,
    values: values.map((each) => each ?? undefined),
    fits: (row) => fits(fold(property.get(row))),
  }
  return { ok: true, filter }
}

/** Checks a parsed statement against what its entity allows; what it does not is a 4001. */
export function validateQuery<Row>(statement: Statement, rules: Rules<Row>): Validated<Row> {
  const filters: Filter<Row>[] = []
  for (const condition of statement.conditions) {
    const read = readFilter(rules, condition)
    if (!read.ok) return read
    filters.push(read.filter)
  }
  const orderings: { property: Property<Row>; descending: boolean }[] = []
  for (const { property, descending } of statement.orderings) {
    const found = findProperty(rules, property, 'sortable')
    if (!found.ok) return found
    orderings.push({ property: found.property, descending })
  }
  const { startPosition = 1, maxResults = Math.min(DEFAULT_RESULTS, rules.mostResults) } = statement
  for (const value of [startPosition, maxResults]) {
    if (value < 1) return refuse(`value ${value} is too small. Min allowed value is 1`)
  }
  if (maxResults > rules.mostResults && rules.aboveMaximum === 'refused') {
    return refuse(`value ${maxResults} is too large. Max allowed value is ${rules.mostResults}`)
  }
  return {
    ok: true,
    query: {
      isCount: statement.isCount,
      filters,
      orderings,
      offset: startPosition - 1,
      limit: Math.min(maxResults, rules.mostResults),
    },
  }
}
