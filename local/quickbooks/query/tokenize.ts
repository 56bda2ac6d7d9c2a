/** A token of the query language. `kind` is the name that the parser's errors give it. */
export interface Token {
  readonly kind: 'IDENTIFIER' | 'STRING' | 'NUMBER' | 'PUNCTUATION' | 'EOF' | 'UNKNOWN'
  /** As written; for a string, what stands between its quotes after unescaping. */
  readonly text: string
  readonly raw: string
  readonly line: number
  readonly column: number
}

const PATTERN =
  /(?<space>\s+)|'(?<string>(?:[^'\\]|\\[\s\S])*)'|(?<number>-?\d+(?:\.\d+)?)|(?<identifier>[A-Za-z_][\w.]*)|(?<punctuation><=|>=|!=|[=<>(),*])|(?<unknown>[\s\S])/y

const unescaped = (text: string): string => text.replace(/\\([\s\S])/g, '$1')

/** Cuts a statement into tokens; the last is EOF. A backslash in a string takes the next character as it is. */
export function tokenize(statement: string): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  let lineStart = 0
  let at = 0
  while (at < statement.length) {
    PATTERN.lastIndex = at
    const match = PATTERN.exec(statement)
    // The last alternative takes any character, so there is always a match.
    if (match === null) break
    const raw = match[0]
    const { space, string, number, identifier, punctuation } = match.groups ?? {}
    const place = { raw, line, column: at - lineStart + 1 }
    if (string !== undefined) tokens.push({ kind: 'STRING', text: unescaped(string), ...place })
    else if (number !== undefined) tokens.push({ kind: 'NUMBER', text: number, ...place })
    else if (identifier !== undefined) tokens.push({ kind: 'IDENTIFIER', text: identifier, ...place })
    else if (punctuation !== undefined) tokens.push({ kind: 'PUNCTUATION', text: punctuation, ...place })
    else if (space === undefined) tokens.push({ kind: 'UNKNOWN', text: raw, ...place })
    for (let i = 0; i < raw.length; i++) {
      if (raw[i] === '\n') {
        line++
        lineStart = at + i + 1
      }
    }
    at += raw.length
  }
  tokens.push({ kind: 'EOF', text: '', raw: '<EOF>', line, column: at - lineStart + 1 })
  return tokens
}
