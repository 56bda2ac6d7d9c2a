import { type BusinessError, queryError } from '../company/errors.ts'
import { type Token, tokenize } from './tokenize.ts'

export type Operator = '=' | '<' | '>' | '<=' | '>=' | 'IN' | 'LIKE' | '!=' | 'NOT IN' | 'NOT LIKE'

/** A value as written: text in quotes, or a bare true, false or CURRENT_DATE. */
export type QueryValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'current-date' }

export interface Condition {
  readonly property: string
  readonly operator: Operator
  /** One value, or those of the list for IN. */
  readonly values: readonly QueryValue[]
}

export interface Ordering {
  readonly property: string
  readonly descending: boolean
}

export interface Statement {
  readonly isCount: boolean
  readonly entity: string
  readonly conditions: readonly Condition[]
  readonly orderings: readonly Ordering[]
  readonly startPosition: number | undefined
  readonly maxResults: number | undefined
}

export type Parsed =
  | { readonly ok: true; readonly statement: Statement }
  | { readonly ok: false; readonly error: BusinessError }

class ParseFailure extends Error {
  readonly error: BusinessError
  constructor(error: BusinessError) {
    super(error.Detail)
    this.error = error
  }
}

const KEYWORDS = new Set([
  'SELECT',
  'FROM',
  'WHERE',
  'AND',
  'IN',
  'LIKE',
  'ORDERBY',
  'ORDER',
  'ASC',
  'DESC',
  'STARTPOSITION',
  'MAXRESULTS',
  'NOT',
])
const COMPARISONS = new Set(['=', '<', '>', '<=', '>=', '!='])

function encountered(token: Token): string {
  if (token.kind === 'EOF') return '"<EOF>"'
  const kind =
    KEYWORDS.has(token.text.toUpperCase()) || token.kind === 'PUNCTUATION'
      ? `"${token.raw.toLowerCase()}"`
      : `<${token.kind}>`
  return `" ${kind} "${token.raw} ""`
}

/** JavaCC's message, as QuickBooks passes it on. */
function unexpected(token: Token, expected: readonly string[]): never {
  const wanted = expected.map((each) => `    ${each} ...`).join('\n')
  throw new ParseFailure(
    queryError(
      '4000',
      `QueryParserError: Encountered ${encountered(token)} at line ${token.line}, column ${token.column}.\nWas expecting${expected.length > 1 ? ' one of' : ''}:\n${wanted}\n    `,
    ),
  )
}

interface Reader {
  peek(ahead?: number): Token
  take(): Token
  isWord(word: string, ahead?: number): boolean
  takeWord(word: string): void
  takePunctuation(text: string): void
  takeName(expected: string): string
}

function createReader(tokens: readonly Token[]): Reader {
  let at = 0
  const last = tokens.at(-1)
  const peek = (ahead = 0): Token => {
    const token = tokens[at + ahead] ?? last
    if (token === undefined) throw new Error('a statement always ends with EOF')
    return token
  }
  const take = (): Token => {
    const token = peek()
    at++
    return token
  }
  const isWord = (word: string, ahead = 0): boolean => {
    const token = peek(ahead)
    return token.kind === 'IDENTIFIER' && token.text.toUpperCase() === word
  }
  return {
    peek,
    take,
    isWord,
    takeWord(word) {
      if (!isWord(word)) unexpected(peek(), [`"${word.toLowerCase()}"`])
      take()
    },
    takePunctuation(text) {
      if (peek().kind !== 'PUNCTUATION' || peek().text !== text) unexpected(peek(), [`"${text}"`])
      take()
    },
    takeName(expected) {
      const token = peek()
      if (token.kind !== 'IDENTIFIER' || KEYWORDS.has(token.text.toUpperCase())) unexpected(token, [expected])
      return take().text
    },
  }
}

function bareValue(token: Token): QueryValue | undefined {
  if (token.kind === 'STRING') return { kind: 'text', text: token.text }
  if (token.kind !== 'IDENTIFIER') return undefined
  const word = token.text.toLowerCase()
  if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' }
  return word === 'current_date' ? { kind: 'current-date' } : undefined
}

function readValue(reader: Reader, blamed: Token): QueryValue {
  const value = bareValue(reader.peek())
  if (value === undefined)
    unexpected(reader.peek().kind === 'NUMBER' ? blamed : reader.peek(), ['<STRING>', '"true"', '"false"'])
  reader.take()
  return value
}

function readOperator(reader: Reader, allowNot: boolean): { readonly operator: Operator; readonly token: Token } {
  const token = reader.peek()
  const isNegation = (token.kind === 'PUNCTUATION' && token.text === '!=') || reader.isWord('NOT')
  if (isNegation && !allowNot) unexpected(token, ['"="', '"in"', '"<"', '">"', '"<="', '">="', '"like"'])
  if (token.kind === 'PUNCTUATION' && COMPARISONS.has(token.text)) {
    reader.take()
    // COMPARISONS holds nothing but operators.
    return { operator: token.text as Operator, token }
  }
  const isNot = reader.isWord('NOT')
  if (isNot) reader.take()
  if (reader.isWord('IN')) {
    reader.take()
    return { operator: isNot ? 'NOT IN' : 'IN', token }
  }
  if (reader.isWord('LIKE')) {
    reader.take()
    return { operator: isNot ? 'NOT LIKE' : 'LIKE', token }
  }
  return unexpected(reader.peek(), ['"="', '"in"', '"<"', '">"', '"<="', '">="', '"like"'])
}

function readCondition(reader: Reader, allowNot: boolean): Condition {
  const property = reader.takeName('<IDENTIFIER>')
  const { operator, token } = readOperator(reader, allowNot)
  if (operator !== 'IN' && operator !== 'NOT IN') return { property, operator, values: [readValue(reader, token)] }
  reader.takePunctuation('(')
  const values = [readValue(reader, reader.peek())]
  while (reader.peek().text === ',' && reader.peek().kind === 'PUNCTUATION') {
    reader.take()
    values.push(readValue(reader, reader.peek()))
  }
  reader.takePunctuation(')')
  return { property, operator, values }
}

function readOrderings(reader: Reader): readonly Ordering[] {
  const orderings: Ordering[] = []
  do {
    if (orderings.length > 0) reader.take()
    const property = reader.takeName('<IDENTIFIER>')
    const descending = reader.isWord('DESC')
    if (descending || reader.isWord('ASC')) reader.take()
    orderings.push({ property, descending })
  } while (reader.peek().kind === 'PUNCTUATION' && reader.peek().text === ',')
  return orderings
}

function readCount(reader: Reader): number {
  const token = reader.peek()
  if (token.kind !== 'NUMBER' || !/^-?\d+$/.test(token.text)) unexpected(token, ['<INTEGER>'])
  return Number(reader.take().text)
}

function readStatement(reader: Reader, allowNot: boolean): Statement {
  reader.takeWord('SELECT')
  const isCount = reader.isWord('COUNT')
  if (isCount) {
    reader.take()
    reader.takePunctuation('(')
    reader.takePunctuation('*')
    reader.takePunctuation(')')
  } else if (reader.peek().kind === 'PUNCTUATION' && reader.peek().text === '*') reader.take()
  else unexpected(reader.peek(), ['"*"', '"count"'])
  reader.takeWord('FROM')
  const entity = reader.takeName('<IDENTIFIER>')
  const conditions: Condition[] = []
  if (reader.isWord('WHERE')) {
    reader.take()
    conditions.push(readCondition(reader, allowNot))
    while (reader.isWord('AND')) {
      reader.take()
      conditions.push(readCondition(reader, allowNot))
    }
  }
  let orderings: readonly Ordering[] = []
  if (reader.isWord('ORDERBY') || (reader.isWord('ORDER') && reader.isWord('BY', 1))) {
    if (reader.isWord('ORDER')) reader.take()
    reader.take()
    orderings = readOrderings(reader)
  }
  let startPosition: number | undefined
  let maxResults: number | undefined
  // Documented as STARTPOSITION then MAXRESULTS, accepted in either order.
  for (;;) {
    if (startPosition === undefined && reader.isWord('STARTPOSITION')) {
      reader.take()
      startPosition = readCount(reader)
    } else if (maxResults === undefined && reader.isWord('MAXRESULTS')) {
      reader.take()
      maxResults = readCount(reader)
    } else break
  }
  if (reader.peek().kind !== 'EOF') {
    unexpected(reader.peek(), ['<EOF>', '"where"', '"and"', '"orderby"', '"startposition"', '"maxresults"'])
  }
  return { isCount, entity, conditions, orderings, startPosition, maxResults }
}

/** Parses a statement (Accounting API, "Data queries"), or says with code 4000 where it stops making sense. */
export function parseQuery(text: string, options: { readonly allowNot: boolean }): Parsed {
  try {
    return { ok: true, statement: readStatement(createReader(tokenize(text)), options.allowNot) }
  } catch (failure) {
    if (failure instanceof ParseFailure) return { ok: false, error: failure.error }
    throw failure
  }
}
