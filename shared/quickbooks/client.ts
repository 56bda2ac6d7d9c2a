import { randomUUID } from 'node:crypto'
import NodeQuickBooks from 'node-quickbooks'
import { Failure } from '#core/errors'
import type { Entity, JsonObject, SourceRecord } from '#core/records'
import type { CallGate, CallKind, Company, QuickBooks } from '#sync/ports'
import { readAnswer } from './answers.ts'
import {
  anyRows,
  inOrderOfId,
  MOST_ROWS,
  selectAll,
  selectByIds,
  selectCount,
  selectNamed,
  toSecond,
  updatedSince,
} from './query.ts'
import { exchange, post } from './transport.ts'
import {
  activeCurrenciesOf,
  changesOf,
  companyInfoOf,
  countOf,
  customerToRecord,
  customerTypeOf,
  preferencesOf,
  recordIn,
  rowsOf,
  vendorToRecord,
} from './wire.ts'
import { changesToUpdate, recordToCreate } from './writes.ts'

export type QuickBooksOptions = Readonly<{
  environment: 'sandbox' | 'production'
  /** Replaces every Intuit host, as `http://127.0.0.1:9000`: for the simulator. */
  simulatorUrl?: string | undefined
  /** For each call, its body included. QuickBooks itself gives up after 120 s. Default 30,000 ms. */
  timeoutMs?: number | undefined
  /** The most rows of one answer, where the simulator gives fewer than Intuit. Default 1,000. */
  mostRows?: number | undefined
}>

/** The most ids that `byIds` takes: so many fit into one statement and one answer. */
const MOST_IDS = 200

/** Since August 2025 everything is served as this minor version (Intuit: "Minor versions"). */
const MINOR_VERSION = 75

const HOSTS = {
  sandbox: 'https://sandbox-quickbooks.api.intuit.com',
  production: 'https://quickbooks.api.intuit.com',
} as const

const ENTITIES = {
  customer: {
    name: 'Customer',
    toRecord: customerToRecord,
    read: 'getCustomer',
    find: 'findCustomers',
    create: 'createCustomer',
    update: 'updateCustomer',
  },
  vendor: {
    name: 'Vendor',
    toRecord: vendorToRecord,
    read: 'getVendor',
    find: 'findVendors',
    create: 'createVendor',
    update: 'updateVendor',
  },
} as const

/** QuickBooks Online through node-quickbooks. Nothing is sent before a company's methods are called. */
export function createQuickBooks(options: QuickBooksOptions): QuickBooks {
  return { open: (realmId, gate) => openCompany(options, realmId, gate) }
}

type Caller = Readonly<{
  library: NodeQuickBooks
  /** The good answer's JSON to what `send` lets the library send. */
  call(kind: CallKind, send: () => Promise<unknown>, requestId?: string): Promise<unknown>
  /** The rows in the answer to a whole statement. */
  query(statement: string): Promise<unknown>
}>

function openCompany(options: QuickBooksOptions, realmId: string, gate: CallGate): Company {
  // It becomes part of the address.
  if (!/^\d+$/.test(realmId))
    throw new Failure({
      kind: 'invalidInput',
      fields: [{ path: 'realmId', message: 'A QuickBooks company id is a number.' }],
    })
  const caller = createCaller(options, realmId, gate)
  const { library, call } = caller
  const { mostRows = MOST_ROWS } = options
  return {
    mostRows,
    async info() {
      return companyInfoOf(await call('read', () => called((done) => library.getCompanyInfo(realmId, done))))
    },
    // node-quickbooks adds STARTPOSITION and MAXRESULTS to a count, and no page of Intuit's says what these do to it.
    async currencies() {
      const { home, isMulti } = preferencesOf(await caller.query(selectAll('Preferences', mostRows)))
      if (!isMulti) return { home, isMulti, active: [home] }
      const listed = activeCurrenciesOf(await caller.query(selectAll('CompanyCurrency', mostRows)))
      return { home, isMulti, active: [...new Set([home, ...listed])] }
    },
    async count(entity) {
      return countOf(await caller.query(selectCount(ENTITIES[entity].name)))
    },
    async page(entity, start, size) {
      return find(caller, entity, inOrderOfId(start, size))
    },
    async updatedSince(entity, since, start, size) {
      return find(caller, entity, updatedSince(since, start, size))
    },
    async byIds(entity, ids) {
      const wanted = [...new Set(ids)]
      if (wanted.length > MOST_IDS) throw new RangeError(`At most ${MOST_IDS} ids are read at once.`)
      if (wanted.length === 0) return { records: [] }
      // node-quickbooks puts every query into the address, which is too short for so many ids.
      return toPage(entity, await caller.query(selectByIds(ENTITIES[entity].name, wanted)))
    },
    customerTypes: () => allCustomerTypes(caller, mostRows),
    async changes(entities, since) {
      if (entities.length === 0) return { records: [], tombstones: [], cut: false }
      const names = entities.map((entity) => ENTITIES[entity].name)
      // node-quickbooks puts the moment into the address as it is, where a + would arrive as a blank.
      const moment = toSecond(since)
      const body = await call('read', () => called((done) => library.changeDataCapture(names, moment, done)))
      return changesOf(body, mostRows)
    },
    async byName(entity, displayName) {
      // QuickBooks allows none of these in a name.
      if (displayName === '' || /[:\t\n\r]/.test(displayName)) return { records: [] }
      // In the address, a long name of Chinese letters would take more than 8 KB, which is more than most gateways let in.
      return toPage(entity, await caller.query(selectNamed(ENTITIES[entity].name, displayName, mostRows)))
    },
    create: (entity, content, requestId, birth) =>
      write(caller, entity, ENTITIES[entity].create, recordToCreate(entity, content, birth), requestId),
    async update(current, content, requestId) {
      const body = changesToUpdate(current.entity, current.raw, content)
      if (body === undefined) return current
      const whole =
        body.sparse === false ? changesToUpdate(current.entity, await wholeRaw(caller, current), content) : body
      return write(caller, current.entity, ENTITIES[current.entity].update, whole ?? body, requestId)
    },
  }
}

/**
 * Everything that QuickBooks shows of a record: a full update clears what it leaves out, and queries leave out some
 * properties that a read shows. One that has moved on since stays as it was, so that its old SyncToken is refused.
 */
async function wholeRaw({ library, call }: Caller, { entity, id, revision, raw }: SourceRecord): Promise<JsonObject> {
  const { read } = ENTITIES[entity]
  const now = recordIn(entity, await call('read', () => called((done) => library[read](id, done))))
  return now.revision === revision ? { ...raw, ...now.raw } : raw
}

async function write(
  { library, call }: Caller,
  entity: Entity,
  method: 'createCustomer' | 'createVendor' | 'updateCustomer' | 'updateVendor',
  body: JsonObject,
  requestId: string,
): Promise<SourceRecord> {
  // A copy, since node-quickbooks takes properties out of what it is given.
  const send = () => called((done) => library[method]({ ...body }, done))
  return recordIn(entity, await call('write', send, requestId))
}

async function find({ library, call }: Caller, entity: Entity, criteria: string) {
  const method = ENTITIES[entity].find
  return toPage(entity, await call('read', () => called((done) => library[method](criteria, done))))
}

function toPage(entity: Entity, body: unknown): Readonly<{ records: readonly SourceRecord[] }> {
  const { name, toRecord } = ENTITIES[entity]
  return { records: rowsOf(body, name).map(toRecord) }
}

async function allCustomerTypes({ library, call }: Caller, mostRows: number) {
  const types = []
  for (;;) {
    const criteria = anyRows(types.length + 1, mostRows)
    const body = await call('read', () => called((done) => library.findCustomerTypes(criteria, done)))
    const rows = rowsOf(body, 'CustomerType')
    types.push(...rows.map(customerTypeOf))
    if (rows.length < mostRows) return types
  }
}

function createCaller(options: QuickBooksOptions, realmId: string, gate: CallGate): Caller {
  const { environment, simulatorUrl, timeoutMs = 30_000 } = options
  const call: Caller['call'] = async (kind, send, requestId = randomUUID()) => {
    const attempt = async (bearer: string): Promise<unknown> => {
      let entered = false
      const enter = async () => {
        await gate.enter(kind)
        entered = true
        return { bearer, requestId }
      }
      const outcome = await settled(async () => readAnswer(await exchange({ timeoutMs, simulatorUrl, enter }, send)))
      if (entered) gate.sent(kind, 'value' in outcome)
      if ('value' in outcome) return outcome.value
      throw outcome.thrown
    }
    const token = await gate.token()
    const first = await settled(() => attempt(token))
    if ('value' in first) return first.value
    if (!isAuthExpired(first.thrown)) throw first.thrown
    return attempt(await gate.renew(token))
  }
  const url = `${HOSTS[environment]}/v3/company/${realmId}/query`
  return {
    // It gets no token: the one of its call is put in just before it is sent.
    library: new NodeQuickBooks('', '', '', false, realmId, environment === 'sandbox', false, MINOR_VERSION, '2.0'),
    call,
    query: (statement) =>
      call('read', () =>
        post(url, statement, {
          headers: { 'Content-Type': 'application/text' },
          params: { minorversion: MINOR_VERSION },
        }),
      ),
  }
}

/**
 * Lets a method of node-quickbooks run to its callback. It calls back twice if the callback throws, which this one
 * cannot, and rejects with errors that hold the bearer token, of which `exchange` passes none on.
 */
function called(run: (done: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    run((error) => (error ? reject(error) : resolve()))
  })
}

type Settled<T> = Readonly<{ value: T } | { thrown: unknown }>

function settled<T>(run: () => Promise<T>): Promise<Settled<T>> {
  return run().then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  )
}

function isAuthExpired(thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.problem.kind === 'quickbooksAuthExpired'
}
