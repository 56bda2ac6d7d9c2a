import { parseArgs } from 'node:util'
import { measure } from './measure/measure.ts'
import type { Answer } from './measure/measurements.ts'
import { type Figure, progress, publish, type Row, rounded } from './report.ts'
import { startTable, type TableAt } from './world/dynamodb.ts'
import { controlOf, startSimulator } from './world/simulator.ts'

const PARTS = ['calls', 'memory', 'edits'] as const
type Part = (typeof PARTS)[number]

type At = Readonly<{ simulatorUrl: string; realmId: string }>

/** Calls that QuickBooks' limits leave no way around: a count, and a thousand rows a page. */
const floorCalls = (customers: number): number => Math.ceil(customers / 1_000) + 1

function readOptions() {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000,10000,100000' },
      only: { type: 'string', default: PARTS.join() },
      json: { type: 'boolean', default: false },
    },
  })
  const sizes = values.rows.split(',').map((text) => {
    if (!/^[1-9]\d*$/.test(text)) throw new Error(`--rows must be whole numbers above 0, not "${text}".`)
    return Number(text)
  })
  const parts = values.only.split(',').map((text): Part => {
    const part = PARTS.find((known) => known === text)
    if (part === undefined) throw new Error(`--only must be of ${PARTS.join(', ')}, not "${text}".`)
    return part
  })
  return { sizes, parts, json: values.json }
}

type Result = Readonly<{ rows: Readonly<Record<string, Row>>; figures: readonly Figure[] }>

/** Two of the three runs of a table share its processor with others; the quicker one is nearer to the truth. */
async function callsAndTimes(at: At, table: TableAt, customers: number): Promise<Result> {
  progress(`${customers} customers: bare loop`)
  const bare = await measure('bareLoop', at)
  progress(`${customers} customers: in memory, twice`)
  const [inMemory, again] = await measure('pulls', { ...at, times: 2 })
  progress(`${customers} customers: bare loop again`)
  const bareAgain = await measure('bareLoop', at)
  progress(`${customers} customers: on DynamoDB, twice`)
  const [onDynamo, dynamoAgain] = await measure('pulls', { ...at, table, times: 2 })
  if (inMemory === undefined || again === undefined || onDynamo === undefined || dynamoAgain === undefined)
    throw new Error('A pull is missing.')

  const bareMs = (bare.wallMs + bareAgain.wallMs) / 2
  const ratio = rounded(inMemory.wallMs / bareMs, 2)
  const goal = floorCalls(customers) + 2
  const figure = (name: string, value: number, unit: string, atMost: number): Figure => ({
    figure: `${name}, ${customers} customers`,
    value,
    unit,
    goal: { atMost },
  })
  const second = { memory: again.mirrorsPut, dynamo: dynamoAgain.table?.mirrorsWritten ?? Number.NaN }
  return {
    rows: {
      'Full pull: calls and time': {
        customers,
        floor: floorCalls(customers),
        calls: inMemory.calls,
        'bare loop s': rounded(bareMs / 1_000, 2),
        'in memory s': rounded(inMemory.wallMs / 1_000, 2),
        ratio,
        'DynamoDB s': rounded(onDynamo.wallMs / 1_000, 2),
        'rows/s DynamoDB': rounded(onDynamo.rows / (onDynamo.wallMs / 1_000)),
        'again, in memory s': rounded(again.wallMs / 1_000, 2),
        'again, DynamoDB s': rounded(dynamoAgain.wallMs / 1_000, 2),
      },
      'Full pull: processor time, ms': {
        customers,
        'bare loop': rounded((bare.cpuMs + bareAgain.cpuMs) / 2),
        'in memory': rounded(inMemory.cpuMs),
        DynamoDB: rounded(onDynamo.cpuMs),
        'µs a row in memory': rounded((inMemory.cpuMs * 1_000) / customers),
        'µs a row DynamoDB': rounded((onDynamo.cpuMs * 1_000) / customers),
        slices: inMemory.slices,
        'slices DynamoDB': onDynamo.slices,
      },
      'DynamoDB: items': {
        customers,
        ...itemsOf('', onDynamo),
        ...itemsOf('again: ', dynamoAgain),
      },
    },
    figures: [
      figure('read calls in memory', inMemory.calls, 'calls', goal),
      figure('read calls on DynamoDB', onDynamo.calls, 'calls', goal),
      figure('wall time in memory, of the bare loop’s', ratio, '×', 1.5),
      figure('mirrors written by a second pull, in memory', second.memory, 'writes', 0),
      figure('mirrors written by a second pull, on DynamoDB', second.dynamo, 'writes', 0),
    ],
  }
}

function itemsOf(prefix: string, { table }: Answer<'pulls'>[number]): Row {
  return {
    [`${prefix}requests`]: table?.requests,
    [`${prefix}items read`]: table?.itemsRead,
    [`${prefix}mirrors written`]: table?.mirrorsWritten,
    [`${prefix}run's own`]: table?.othersWritten,
  }
}

type MemoryOf = Readonly<{ customers: number; memory: Answer<'memory'> }>

async function memoryOf(at: At, table: TableAt, customers: number): Promise<MemoryOf> {
  progress(`${customers} customers: memory, on DynamoDB`)
  return { customers, memory: await measure('memory', { ...at, table }) }
}

function memoryReport(measured: readonly MemoryOf[]): Readonly<{ rows: readonly Row[]; figures: readonly Figure[] }> {
  const aboveMB = ({ memory }: MemoryOf) => memory.peakMB - memory.baselineMB
  const rows = measured.map(({ customers, memory }) => ({
    customers,
    'alive before MB': rounded(memory.baselineMB, 1),
    'at most alive MB': rounded(memory.peakMB, 1),
    'above MB': rounded(memory.peakMB - memory.baselineMB, 1),
    'set of ids alone MB': rounded(memory.idSetMB, 1),
    'resident before MB': rounded(memory.residentBaselineMB),
    'resident at most MB': rounded(memory.residentPeakMB),
  }))
  // From eight pages on as many are on their way at once; what is beyond them grows with the list.
  const [small, large] = [measured.filter(({ customers }) => customers >= 8_000)[0], measured.at(-1)]
  if (small === undefined || large === undefined || small.customers >= large.customers) return { rows, figures: [] }
  const more = large.customers - small.customers
  const bytes = ((aboveMB(large) - aboveMB(small)) * 2 ** 20) / more
  const idBytes = ((large.memory.idSetMB - small.memory.idSetMB) * 2 ** 20) / more
  return {
    rows,
    figures: [
      {
        figure: `bytes a row that a pull grows by from ${small.customers} to ${large.customers} customers; the set of ids alone takes ${rounded(idBytes)}`,
        value: rounded(bytes),
        unit: 'bytes',
        // As much again for what varies from run to run: a pull that kept its rows would take kilobytes for each.
        goal: { atMost: rounded(idBytes * 2) },
      },
    ],
  }
}

async function whileItMoves(simulatorUrl: string, customers: number): Promise<Result> {
  const control = controlOf(simulatorUrl)
  const company = async (realmId: string): Promise<At> => {
    await control.addCompany(realmId, customers)
    return { simulatorUrl, realmId }
  }
  progress(`${customers} customers: a bookkeeper at work meanwhile`)
  const ours = await measure('pullWhileItMoves', await company(`7${customers}`))
  const bare = await measure('bareLoopWhileItMoves', await company(`8${customers}`))
  const figure = (name: string, value: number): Figure => ({
    figure: `${name} while QuickBooks is edited, ${customers} customers`,
    value,
    unit: 'rows',
    goal: { atMost: 0 },
  })
  return {
    rows: {
      'An edit, deactivation, rename or merge after each page': {
        customers,
        edits: ours.edits,
        'rows lost': ours.lost,
        'rows stale': ours.stale,
        'edits under a loop by name': bare.edits,
        'untouched rows it lost': bare.lost,
      },
    },
    figures: [figure('rows lost', ours.lost), figure('rows stale', ours.stale)],
  }
}

async function main(): Promise<void> {
  const { sizes, parts, json } = readOptions()
  const simulator = await startSimulator()
  const table = await startTable()
  try {
    const control = controlOf(simulator.url)
    await control.setLatency()
    const results: Result[] = []
    const memory: MemoryOf[] = []
    for (const customers of sizes) {
      const at = { simulatorUrl: simulator.url, realmId: `9${customers}` }
      await control.addCompany(at.realmId, customers)
      if (parts.includes('calls')) results.push(await callsAndTimes(at, table.at, customers))
    }
    for (const customers of parts.includes('memory') ? sizes : []) {
      const fresh = await startTable()
      memory.push(await memoryOf({ simulatorUrl: simulator.url, realmId: `9${customers}` }, fresh.at, customers))
      await fresh.stop()
    }
    for (const customers of parts.includes('edits') ? sizes : [])
      results.push(await whileItMoves(simulator.url, customers))
    const { rows: memoryRows, figures: memoryFigures } = memoryReport(memory)
    const tables = new Map<string, Row[]>()
    for (const { rows } of results)
      for (const [heading, row] of Object.entries(rows)) tables.set(heading, [...(tables.get(heading) ?? []), row])
    if (memoryRows.length > 0) tables.set('Memory of a pull on DynamoDB', [...memoryRows])
    publish(
      {
        benchmark: 'pull',
        tables: Object.fromEntries(tables),
        figures: [...results.flatMap(({ figures }) => figures), ...memoryFigures],
      },
      { json },
    )
  } finally {
    await table.stop()
    await simulator.stop()
  }
}

await main()
