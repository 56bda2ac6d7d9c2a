/**
 * What QuickBooks puts behind the name of a record that it makes inactive: ` (deleted)`, and ` (deleted-1)`,
 * ` (deleted-2)` … from the second time on (recorded in 2023). ` (deleted) (2)` is reported, too. It belongs to
 * QuickBooks and is never part of anybody's name, for customers and vendors alike.
 */
const ONE_MARK = / \(deleted(?:-\d+)?\)(?: \(\d+\))?$/

/** The mark of the first time. */
export const PLAIN_MARK = ' (deleted)'

/** Marks that a name is looked up with: the numbers have no end, and higher ones than these are rare. */
const MARKS_LOOKED_UP = [PLAIN_MARK, ...Array.from({ length: 9 }, (_, n) => ` (deleted-${n + 1})`), ' (deleted) (2)']

/** Whether a name ends in the mark of an inactive record. */
export function isMarked(name: string): boolean {
  return ONE_MARK.test(name)
}

/** An inactive record's name without its mark. Only one is taken off: whoever was called “Jo (deleted)” stays so. */
export function withoutMark(name: string): string {
  return name.replace(ONE_MARK, '')
}

/** A name as active and as inactive records bear it. */
export function markedForms(name: string): readonly string[] {
  return [name, ...MARKS_LOOKED_UP.map((mark) => name + mark)]
}

/**
 * A record's name without what QuickBooks put behind it when it made the record inactive. Whether that comes off by
 * itself when the record becomes active again is not documented; where it stays, nobody renamed anything, whether or not
 * anybody saw the record inactive. It is part of the name only where it was in `before`: the names that both sides, or
 * somebody's decision, already know.
 */
export function withoutLeftMark(name: string, before: readonly unknown[]): string {
  for (let plain = name; plain !== ''; plain = withoutMark(plain)) {
    if (before.includes(plain) || !isMarked(plain)) return plain
  }
  return name
}
