/** A column of a table for a terminal. */
export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  /** Longer texts are cut, with … at the end. */
  readonly atMost: number
  readonly alignRight?: boolean
}

/** Lays rows out under their titles. Wide characters (CJK) count as the two columns that a terminal gives them. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => cut(column.value(row), column.atMost)))
  const widths = columns.map(({ title }, at) =>
    Math.max(...[[title], ...cells.map((row) => [row[at] ?? ''])].flat().map(widthOf)),
  )
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => {
        const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(text)))
        return columns[at]?.alignRight === true ? `${space}${text}` : `${text}${space}`
      })
      .join('  ')
      .trimEnd()
  const titles = columns.map(({ title }) => title)
  return [line(titles), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)].join('\n')
}

function cut(text: string, atMost: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, ' ')
  if (widthOf(clean) <= atMost) return clean
  let shorter = ''
  for (const { segment } of graphemes.segment(clean)) {
    if (widthOf(shorter + segment) > atMost - 1) break
    shorter += segment
  }
  return `${shorter}…`
}

const graphemes = new Intl.Segmenter()

function widthOf(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += isWide(segment.codePointAt(0) ?? 0) ? 2 : 1
  return width
}

/** East Asian wide and fullwidth ranges, and emoji (Unicode Standard Annex 11). */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  )
}
