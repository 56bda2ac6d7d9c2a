import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', '.tandem', 'bench')

type Cell = string | number | boolean | undefined
export type Row = Readonly<Record<string, Cell>>

/** A figure that has a goal. */
export type Figure = Readonly<{
  figure: string
  value: number
  unit: string
  goal: Readonly<{ atMost: number }> | Readonly<{ atLeast: number }>
}>

export type Report = Readonly<{
  /** The benchmark's name: of its file, and of the JSON that it writes. */
  benchmark: string
  /** What was measured, in tables, each with a heading. */
  tables: Readonly<Record<string, readonly Row[]>>
  figures: readonly Figure[]
}>

/**
 * Prints a benchmark's figures as tables, with `json` as JSON instead, and writes the JSON to
 * `.tandem/bench/<benchmark>.json`. A goal that is missed fails nothing: figures are there to be looked at.
 */
export function publish(report: Report, { json }: Readonly<{ json: boolean }>): void {
  const text = JSON.stringify({ measuredAt: new Date().toISOString(), machine: machine(), ...report }, undefined, 2)
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, `${report.benchmark}.json`), `${text}\n`)
  if (json) {
    console.log(text)
    return
  }
  for (const [heading, rows] of Object.entries(report.tables)) print(heading, rows)
  if (report.figures.length > 0) print('Figures with a goal', report.figures.map(asRow))
}

export function isMet({ value, goal }: Figure): boolean {
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
}

function asRow(figure: Figure): Row {
  const { goal, unit } = figure
  return {
    figure: figure.figure,
    value: figure.value,
    goal: 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`,
    unit,
    met: isMet(figure) ? 'yes' : 'NO',
  }
}

function print(heading: string, rows: readonly Row[]): void {
  console.log(`\n${heading}`)
  console.table(rows)
}

function machine(): Row {
  return {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryMB: Math.round(totalmem() / 2 ** 20),
  }
}

/** To so many digits behind the point. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits))
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** The value that so large a share of them does not exceed (nearest rank): 0.95 for the 95th percentile. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN
}

/** Tells whoever waits what is being measured; on stderr, so that it is never part of the JSON. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}
