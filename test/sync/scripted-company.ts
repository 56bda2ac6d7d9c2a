import { Failure, type Problem } from '#core/errors'
import type { Fields, SourceRecord } from '#core/records'
import type { CallGate, CallKind, Clock, Company, QuickBooks } from '#sync/ports'

/** A customer as a bookkeeper sees it. `name` is the display name, without QuickBooks' mark of an inactive one. */
export type Customer = Readonly<{
  id: string
  name: string
  parent?: string
  fields?: Fields
  active: boolean
  revision: number
  updatedMs: number
  /** What an invoice moves: no content of the customer's own. */
  balance: number
  currency?: string
  isProject?: boolean
}>

export type Call = Readonly<{ method: keyof Company; row?: number; ids?: readonly string[]; token: string }>

/** Most objects of one change data capture (Intuit: "Change data capture"). */
const MOST_CHANGES = 1_000

/** QuickBooks itself allows five names in a path; with so many, who goes by them goes far enough wrong. */
const LONGEST_PATH = 100

/**
 * A QuickBooks company in memory that behaves as the real one where it matters: positions move when a record
 * vanishes, LastUpdatedTime moves with every invoice, and merged records are simply not there any more.
 */
export function scriptedCompany(clock: Clock, createdMs = clock.now() - 365 * 24 * 3_600_000) {
  const customers = new Map<string, Customer>()
  const tombstones: Readonly<{ id: string; atMs: number }>[] = []
  const written = new Map<string, SourceRecord>()
  const calls: Call[] = []
  let nextId = 1
  let hooks: ((call: Call, number: number) => void | Promise<void>)[] = []
  let troubles: ((call: Call, number: number) => Problem | undefined)[] = []
  const refusedTokens = new Set<string>()
  let latencyMs = (_rows: number) => 0
  let leavesOutOldest = false
  let made = (fields: Fields): Fields => fields
  let tellsLevels = true
  let order: (a: string, b: string) => number = (a, b) => Number(a) - Number(b)

  const put = (customer: Customer) => customers.set(customer.id, customer)
  const need = (id: string) => {
    const customer = customers.get(id)
    if (customer === undefined) throw new Error(`There is no customer ${id}.`)
    return customer
  }
  const change = (id: string, changes: Partial<Customer>) => {
    const customer = need(id)
    put({ ...customer, ...changes, revision: customer.revision + 1, updatedMs: clock.now() })
  }
  /** A customer and those above it. Where nobody is, or where it comes round, the path ends: no list is taken at its word. */
  const upFrom = (from: string | undefined): readonly Customer[] => {
    const path = new Map<string, Customer>()
    for (let id = from; id !== undefined && !path.has(id) && path.size < LONGEST_PATH; ) {
      const customer = customers.get(id)
      if (customer === undefined) break
      path.set(id, customer)
      id = customer.parent
    }
    return [...path.values()]
  }
  const bookkeeper = {
    add(name: string, rest: Partial<Pick<Customer, 'parent' | 'fields' | 'active' | 'currency'>> = {}): string {
      const id = String(nextId++)
      put({ id, name, active: true, revision: 0, updatedMs: clock.now(), balance: 0, ...rest })
      return id
    },
    /** Customers that have been there for a year. */
    addOld(count: number): void {
      for (let i = 0; i < count; i++) {
        const id = String(nextId++)
        put({ id, name: `Customer ${id}`, active: true, revision: 0, updatedMs: createdMs, balance: 0 })
      }
    },
    rename: (id: string, name: string) => change(id, { name }),
    edit: (id: string, fields: Fields) => change(id, { fields: { ...need(id).fields, ...fields } }),
    clear: (id: string, field: keyof Fields) => {
      const { [field]: _gone, ...fields } = need(id).fields ?? {}
      change(id, { fields })
    },
    makeProject: (id: string) => change(id, { isProject: true }),
    deactivate: (id: string) => change(id, { active: false }),
    activate: (id: string) => change(id, { active: true }),
    move: (id: string, parent: string) => change(id, { parent }),
    moveToTop(id: string): void {
      const { parent: _, ...top } = need(id)
      put(top)
      change(id, {})
    },
    /** Says that a record is deleted, which it is not. */
    claimDeleted: (id: string) => tombstones.push({ id, atMs: clock.now() }),
    invoice(id: string, amount: number): void {
      const customer = need(id)
      put({ ...customer, balance: customer.balance + amount, updatedMs: clock.now() })
    },
    /** LastUpdatedTime alone moves, as when an invoice is deleted again. */
    touch: (id: string) => put({ ...need(id), updatedMs: clock.now() }),
    merge(loser: string): void {
      need(loser)
      customers.delete(loser)
      tombstones.push({ id: loser, atMs: clock.now() })
    },
    ids: () => [...customers.keys()],
    get: need,
    has: (id: string) => customers.has(id),
  }

  const recordOf = (customer: Customer): SourceRecord => {
    const { id, name, parent, fields, active, revision, updatedMs, balance, currency, isProject } = customer
    const path = upFrom(id)
      .map((each) => each.name)
      .reverse()
    const updatedAt = new Date(Math.floor(updatedMs / 1_000) * 1_000).toISOString()
    return {
      entity: 'customer',
      id,
      revision: String(revision),
      snapshot: {
        fields: { displayName: name, ...fields },
        active,
        ...(parent !== undefined && { parentRecordId: parent }),
      },
      fullName: path.join(':'),
      level: tellsLevels ? path.length - 1 : 0,
      balance,
      ...(currency !== undefined && { currency }),
      ...(isProject !== undefined && { isProject }),
      updatedAt,
      raw: {
        Id: id,
        DisplayName: active ? name : `${name} (deleted)`,
        Active: active,
        SyncToken: String(revision),
        Balance: balance,
        ...(parent !== undefined && { ParentRef: { value: parent } }),
        MetaData: { CreateTime: new Date(createdMs).toISOString(), LastUpdatedTime: updatedAt },
        X: JSON.stringify(fields ?? {}),
      },
    }
  }
  const inOrderOfTime = () => listed().sort((a, b) => a.updatedMs - b.updatedMs)
  const listed = () => [...customers.values()].sort((a, b) => order(a.id, b.id))

  const open = (_realmId: string, gate: CallGate): Company => {
    const answer = async <T>(
      call: Omit<Call, 'token'>,
      read: () => T,
      rowsOf: (value: T) => number,
      kind: CallKind = 'read',
    ): Promise<T> => {
      let token = await gate.token()
      for (let tries = 0; ; tries++) {
        await gate.enter(kind)
        const made = { ...call, token }
        calls.push(made)
        const number = calls.length
        const problem: Problem | undefined = refusedTokens.has(token)
          ? { kind: 'quickbooksAuthExpired' }
          : troubles.map((trouble) => trouble(made, number)).find((one) => one !== undefined)
        if (problem === undefined) {
          const value = read()
          const ms = latencyMs(rowsOf(value))
          if (ms > 0) await clock.sleep(ms)
          gate.sent(kind, true)
          for (const hook of hooks) await hook(made, number)
          return value
        }
        gate.sent(kind, false)
        if (problem.kind !== 'quickbooksAuthExpired' || tries > 0) throw new Failure(problem)
        token = await gate.renew(token)
      }
    }
    const write = (method: 'create' | 'update', requestId: string, change: () => string) =>
      answer(
        { method },
        () => {
          const before = written.get(requestId)
          if (before !== undefined) return before
          const record = recordOf(need(change()))
          written.set(requestId, record)
          return record
        },
        () => 1,
        'write',
      )
    const refuseTaken = (name: string, by?: string) => {
      const isTaken = listed().some((other) => other.id !== by && other.active && sameName(other.name, name))
      if (isTaken) throw refused('6240', 'Duplicate Name Exists Error')
    }
    const page = (call: Omit<Call, 'token'>, rows: () => readonly Customer[], start: number, size: number) =>
      answer(
        call,
        () => ({
          records: rows()
            .slice(start - 1, start - 1 + size)
            .map(recordOf),
        }),
        ({ records }) => records.length,
      )
    return {
      mostRows: MOST_CHANGES,
      info: () =>
        answer(
          { method: 'info' },
          () => ({ name: 'Craig’s Design' }),
          () => 1,
        ),
      currencies: () =>
        answer(
          { method: 'currencies' },
          () => ({ home: 'USD', isMulti: false, active: ['USD'] }),
          () => 1,
        ),
      count: () =>
        answer(
          { method: 'count' },
          () => customers.size,
          () => 0,
        ),
      page: (_entity, start, size) => page({ method: 'page', row: start }, listed, start, size),
      updatedSince: (_entity, since, start, size) =>
        page(
          { method: 'updatedSince', row: start },
          () => inOrderOfTime().filter(({ updatedMs }) => isSince(updatedMs, since)),
          start,
          size,
        ),
      byIds: (_entity, ids) => {
        if (ids.length > 200) throw new RangeError('too many ids')
        return page({ method: 'byIds', ids }, () => listed().filter(({ id }) => ids.includes(id)), 1, 200)
      },
      customerTypes: async () => [],
      changes: (_entities, since) =>
        answer(
          { method: 'changes' },
          () => {
            // In order of time, and what was deleted after what is there: so a cut answer leaves tombstones out.
            const changed = inOrderOfTime().filter(({ updatedMs }) => isSince(updatedMs, since))
            const dead = tombstones.filter(({ atMs }) => isSince(atMs, since))
            return {
              records: (leavesOutOldest ? changed.slice(-MOST_CHANGES) : changed.slice(0, MOST_CHANGES)).map(recordOf),
              tombstones: dead
                .slice(0, Math.max(0, MOST_CHANGES - changed.length))
                .map(({ id }) => ({ entity: 'customer', id }) as const),
              cut: changed.length + dead.length >= MOST_CHANGES,
            }
          },
          ({ records }) => records.length,
        ),
      byName: (_entity, displayName) =>
        page({ method: 'byName' }, () => listed().filter(({ name }) => sameName(name, displayName)), 1, 1_000),
      create: (_entity, { fields, parentRecordId }, requestId) =>
        write('create', requestId, () => {
          const { displayName = '', ...rest } = made(fields)
          refuseTaken(displayName)
          return bookkeeper.add(displayName, {
            fields: rest,
            ...(parentRecordId !== undefined && { parent: parentRecordId }),
          })
        }),
      update: (current, { fields, parentRecordId, active }, requestId) =>
        write('update', requestId, () => {
          const { id, revision } = need(current.id)
          if (current.revision !== String(revision)) throw refused('5010', 'Stale Object Error')
          const { displayName = '', ...rest } = made(fields)
          refuseTaken(displayName, id)
          if (upFrom(parentRecordId).some((above) => above.id === id)) throw refused('900', 'Parent Cannot Be Child')
          const { parent: _, ...top } = need(id)
          put(top)
          change(id, {
            name: displayName,
            fields: rest,
            active,
            ...(parentRecordId !== undefined && { parent: parentRecordId }),
          })
          return id
        }),
    }
  }
  const quickbooks: QuickBooks = { open }

  return {
    quickbooks,
    calls,
    bookkeeper,
    /** What the sync should hold of each customer. */
    record: (id: string) => recordOf(need(id)),
    /** Called after QuickBooks has answered, before the answer arrives; numbers calls from 1. */
    afterCall: (hook: (call: Call, number: number) => void | Promise<void>) => {
      hooks = [...hooks, hook]
    },
    /** Answers the calls that it names a problem for. */
    trouble: (trouble: (call: Call, number: number) => Problem | undefined) => {
      troubles = [...troubles, trouble]
    },
    /** All is well from now on. */
    settle: () => {
      hooks = []
      troubles = []
    },
    refuseToken: (token: string) => refusedTokens.add(token),
    setLatency: (latency: (rows: number) => number) => {
      latencyMs = latency
    },
    /** Cuts change data capture at the other end. */
    leaveOutOldest: () => {
      leavesOutOldest = true
    },
    /** What QuickBooks makes of values that an app sends, before it keeps them. */
    makeOf: (make: (fields: Fields) => Fields) => {
      made = make
    },
    /** Says of every customer that it is at the top. */
    hideLevels: () => {
      tellsLevels = false
    },
    /** What a company whose clock is behind says: that a change was made before it was. */
    dateBack: (id: string, toMs: number) => put({ ...need(id), updatedMs: toMs }),
    orderBy: (compare: (a: string, b: string) => number) => {
      order = compare
    },
  }
}

/** QuickBooks keeps whole seconds. */
function isSince(ms: number, since: string): boolean {
  return Math.floor(ms / 1_000) * 1_000 >= Date.parse(since)
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function refused(code: string, message: string): Failure {
  return new Failure({ kind: 'quickbooksRefused', code, message, detail: message })
}
