import { PurgeQueueCommand } from '@aws-sdk/client-sqs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { world } from './quiet-world.ts'
import { done } from './world.ts'

const MINUTE = 60_000
/** In the address, where a blank is + or %20. */
const SELECT = 'select[^c]+\\*'
const COUNT = 'select.{1,3}count'

describe('a pull', () => {
  it('in-1: pulls QuickBooks’ customers into a holding area, and nothing enters the CRM yet', async () => {
    const { company, pull, list } = world.newWorkspace()
    const run = await pull()
    const customers = company.count('Customer')
    expect(run).toMatchObject({ kind: 'pull', status: 'done', startedBy: 'ann', counts: { stored: customers } })
    const held = await list('/quickbooks/customers?filter=all&limit=20')
    const inQuickBooks = company.list({ limit: 1_000 }).rows
    expect(held.map(({ id }) => id).toSorted()).toEqual(inQuickBooks.map(({ Id }) => String(Id)).toSorted())
    expect(await list('/contacts?archived=true')).toEqual([])
  })

  it('in-1: refreshes an earlier pull, or leaves it to be reviewed as it is', async () => {
    const { company, pull, call } = world.newWorkspace()
    await pull()
    done(company.bookkeeper.edit('Customer', '6', { CompanyName: 'Sollfrank Masonry' }))
    const { id } = done(company.bookkeeper.create('Customer', { DisplayName: 'A new one' }))
    expect((await call('GET /quickbooks/customers/6')).body.name).toBe('Dylan Sollfrank')
    expect((await call(`GET /quickbooks/customers/${id}`)).status).toBe(404)
    const again = await pull()
    expect(again).toMatchObject({ status: 'done', counts: { stored: 2, unchanged: company.count('Customer') - 2 } })
    expect((await call('GET /quickbooks/customers/6')).body.name).toBe('Sollfrank Masonry')
    expect((await call(`GET /quickbooks/customers/${id}`)).body.name).toBe('A new one')
  })

  it('in-1: an invoice in QuickBooks moves the balance, and is no change of the customer', async () => {
    const { company, pull, call } = world.newWorkspace()
    await pull()
    const before = (await call('GET /quickbooks/customers/1')).body
    company.bookkeeper.createInvoice('1', 1_000)
    await pull()
    const after = (await call('GET /quickbooks/customers/1')).body
    expect([before.balance, after.balance]).toEqual([239, 1_239])
    expect(after.updatedAt > before.updatedAt).toBe(true)
    expect(after.changedAt).toBe(before.changedAt)
  })

  it('in-2: shows its progress, refuses a second one meanwhile, and goes on by itself', async () => {
    const { holdBack, company, connect, call } = world.newWorkspace()
    await connect()
    const answer = holdBack()
    const { body: run } = await call('POST /pulls')
    await answer.struck()
    const seen = (await call(`GET /runs/${run.id}`)).body
    expect(seen.status).toBe('running')
    const second = await call('POST /pulls')
    expect([second.status, second.body.type, second.body.runId]).toEqual([409, '/problems/run-in-progress', run.id])
    expect(second.body.detail).toContain(run.id)
    answer.release()
    await world.cloud.idle()
    const ended = (await call(`GET /runs/${run.id}`)).body
    const rows = company.count('Customer')
    expect(ended).toMatchObject({ status: 'done', progress: { rows, rowsTotal: rows, pages: 1 }, timeLeftSeconds: 0 })
    expect(ended.progress.calls).toBeGreaterThanOrEqual(2)
    expect((await call('GET /connection')).body.gapFreeSince >= run.startedAt).toBe(true)
  })

  it('in-2: is cancelled by a person, says so, and leaves what it has done', async () => {
    const { holdBack, connect, call, list } = world.newWorkspace()
    await connect()
    const answer = holdBack()
    const { body: run } = await call('POST /pulls')
    await answer.struck()
    expect((await call(`POST /runs/${run.id}/cancel`)).body).toMatchObject({ cancelRequested: true })
    answer.release()
    await world.cloud.idle()
    expect((await call(`GET /runs/${run.id}`)).body).toMatchObject({
      status: 'cancelled',
      reason: 'Cancelled by a person.',
    })
    const again = await call(`POST /runs/${run.id}/cancel`)
    expect([again.status, again.body.type]).toEqual([409, '/problems/run-finished'])
    expect(await list('/contacts')).toEqual([])
    expect((await call('GET /connection')).body.gapFreeSince).toBeUndefined()
  })

  it('counts what it read of Intuit’s meter', async () => {
    const { pull, call } = world.newWorkspace()
    const run = await pull()
    const { usage } = (await call('GET /connection')).body
    expect(usage.month).toMatch(/^\d{4}-\d\d$/)
    // Connecting reads the company's name, and in which currencies it works.
    expect(usage).toMatchObject({ reads: run.progress.calls + 2, writes: 0 })
  })
})

describe('a company that is out of the ordinary', () => {
  it('has no customers at all', async () => {
    const { pull, call, run } = world.newWorkspace({ kind: 'empty' })
    expect(await pull()).toMatchObject({ status: 'done', progress: { rows: 0, rowsTotal: 0 } })
    expect((await call('GET /quickbooks/customers')).body).toEqual({ items: [] })
    const imported = await run('POST /imports', { as: 'account', select: { filter: 'all' } })
    expect(imported).toMatchObject({ status: 'done', counts: { imported: 0, linked: 0, skipped: 0, failed: 0 } })
  })

  it('has a customer with every field at its maximum length, and one with nothing but a name', async () => {
    const { company, pull, call, run, outcomes } = world.newWorkspace()
    await pull()
    const imported = await run('POST /imports', { as: 'building', select: { ids: ['65', '66'] } })
    expect(imported.counts).toMatchObject({ imported: 2, failed: 0 })
    const contacts = await outcomes(imported)
    const [small, large] = await Promise.all(
      ['65', '66'].map(async (id) => (await call(`GET /contacts/${contacts[id]?.contactId}`)).body),
    )
    expect(small.fields).toEqual({ displayName: 'Nothing but a name', printName: 'Nothing but a name' })
    const inQuickBooks = company.read('Customer', '66')
    expect(large.fields).toMatchObject({
      displayName: inQuickBooks?.DisplayName,
      notes: inQuickBooks?.Notes,
      website: expect.stringMatching(/^https:.{900,}/),
      billAddress: { line1: expect.stringMatching(/^.{500}$/), line4: expect.stringMatching(/^.{500}$/) },
    })
    expect((await call('GET /quickbooks/customers/66')).body.raw).toEqual(inQuickBooks)
    expect((await call(`GET /contacts?search=${encodeURIComponent('Company Company*')}`)).body.items).toHaveLength(1)
  })

  it('suddenly lists almost nothing: the pull stops, marks nothing, and goes on when a person confirms it', async () => {
    const { switches } = world.simulator
    onTestFinished(() => {
      for (const { name, default: position } of switches.list()) switches.set(name, position)
    })
    switches.set('merged-record', 'gone')
    switches.set('merge-with-subs', 'moved')
    const { company, pull, run, list } = world.newWorkspace({ kind: 'generated', customers: 40 })
    await pull()
    const [survivor, ...rest] = company.list({ limit: 100 }).rows.filter(({ Job }) => Job !== true)
    for (const { Id } of rest.slice(0, 25)) {
      done(company.bookkeeper.merge('Customer', String(survivor?.Id), String(Id)))
    }
    const gone = 40 - company.count('Customer')
    expect(gone).toBeGreaterThan(10)
    expect(await run('POST /pulls')).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(`no longer lists ${gone} of the 40`),
    })
    expect((await list('/quickbooks/customers?filter=all')).filter((row) => row.gone)).toEqual([])
    expect(await run('POST /pulls', { confirmGone: true })).toMatchObject({ status: 'done', counts: { gone } })
    expect((await list('/quickbooks/customers?filter=all')).filter((row) => row.gone)).toHaveLength(gone)
  })
})

describe('while QuickBooks is not well', () => {
  it.each([
    ['is down', { kind: 'status', status: 503 }, 'QuickBooks cannot be reached'],
    ['answers with a page', { kind: 'html', status: 200 }, 'QuickBooks answered something unreadable'],
    ['hangs up', { kind: 'reset' }, 'QuickBooks cannot be reached'],
    ['cuts its answers', { kind: 'truncated' }, 'QuickBooks'],
    ['fails with HTTP 200', { kind: 'fault-in-200' }, 'QuickBooks cannot be reached'],
  ] as const)('and %s, a pull waits with the reason and ends well later', async (_what, fault, reason) => {
    const { company, connect, call, run, fault: put } = world.newWorkspace()
    await connect()
    put(fault, { path: SELECT })
    put(fault, { path: COUNT })
    const waiting = await run('POST /pulls')
    expect(waiting).toMatchObject({ status: 'waiting', reason: expect.stringContaining(reason) })
    expect(Date.parse(waiting.waitUntil)).toBeGreaterThan(Date.parse(waiting.startedAt))
    await world.sweep()
    expect((await call(`GET /runs/${waiting.id}`)).body.status).toBe('waiting')
    world.passTime(2 * MINUTE)
    await world.sweep()
    expect((await call(`GET /runs/${waiting.id}`)).body).toMatchObject({
      status: 'done',
      progress: { rows: company.count('Customer') },
    })
  })

  it('and throttles, the company rests a minute, and others go on', async () => {
    const tired = world.newWorkspace()
    const other = world.newWorkspace()
    await tired.connect()
    tired.fault({ kind: 'throttled' })
    const waiting = await tired.run('POST /pulls')
    expect(waiting).toMatchObject({ status: 'waiting', reason: expect.stringContaining('asked for a rest') })
    const { restUntil } = (await tired.call('GET /connection')).body
    expect(Date.parse(restUntil) - Date.parse(waiting.startedAt)).toBeGreaterThanOrEqual(MINUTE)
    const calls = world.simulator.calls.totals({ realmId: tired.realmId }).calls
    await world.sweep()
    expect(await other.pull()).toMatchObject({ status: 'done' })
    expect(world.simulator.calls.totals({ realmId: tired.realmId }).calls).toBe(calls)
    world.passTime(2 * MINUTE)
    await world.sweep()
    expect((await tired.call(`GET /runs/${waiting.id}`)).body).toMatchObject({ status: 'done' })
  })

  it('and takes the token no more in the middle, it is renewed once and the pull goes on', async () => {
    const { company, connect, run, fault } = world.newWorkspace()
    await connect()
    fault({ kind: 'unauthorized' }, { path: SELECT })
    expect(await run('POST /pulls')).toMatchObject({ status: 'done', progress: { rows: company.count('Customer') } })
  })

  it('and shuts us out, a person is told to reconnect', async () => {
    const { connect, run, call, fault } = world.newWorkspace()
    await connect()
    fault({ kind: 'forbidden' })
    expect(await run('POST /pulls')).toMatchObject({ status: 'failed', reason: expect.stringContaining('Reconnect') })
    expect((await call('GET /connection')).body.status).toBe('reconnectNeeded')
  })
})

describe('when our own side fails', () => {
  it('a pull whose Lambda is killed in the middle resumes, and no row is lost or read in vain', async () => {
    const { asked, holdBack, company, connect, call, list } = world.newWorkspace({
      kind: 'generated',
      customers: 2_300,
    })
    await connect()
    const answer = holdBack('startposition.{1,3}1\\d\\d\\d')
    const { body: run } = await call('POST /pulls')
    await answer.struck()
    await vi.waitFor(async () => expect((await call(`GET /runs/${run.id}`)).body.progress.pages).toBeGreaterThan(0), {
      timeout: 20_000,
      interval: 20,
    })
    await world.cloud.functions.crash('Pull')
    answer.release()
    await world.cloud.idle({ passVisibilityTimeout: true })
    const ended = (await call(`GET /runs/${run.id}`)).body
    expect(ended).toMatchObject({ status: 'done', progress: { rows: company.count('Customer') } })
    expect(await list('/quickbooks/customers?filter=all&limit=200')).toHaveLength(company.count('Customer'))
    // Whatever was stored before the crash was not read again.
    const pages = asked().filter((path) => path.includes('startposition'))
    expect(pages.length - new Set(pages).size).toBeLessThanOrEqual(1)
    expect(await world.cloud.queues.deadLetters('pull')).toEqual([])
  })

  it('a pull whose hint got lost with its Lambda is found by the sweep', async () => {
    const { holdBack, connect, call } = world.newWorkspace()
    await connect()
    const answer = holdBack()
    const { body: run } = await call('POST /pulls')
    await answer.struck()
    await world.cloud.functions.crash('Pull')
    answer.release()
    await world.cloud.queues.client.send(new PurgeQueueCommand({ QueueUrl: world.cloud.queues.url('PullQueue') }))
    await world.cloud.idle()
    expect((await call(`GET /runs/${run.id}`)).body.status).toBe('running')
    world.passTime(MINUTE)
    await world.sweep()
    expect((await call(`GET /runs/${run.id}`)).body).toMatchObject({ status: 'done' })
  })

  it('a hint that the queue delivers again and again changes nothing', async () => {
    const { workspace, company, pull, call, list } = world.newWorkspace()
    const run = await pull()
    const before = [await list('/runs'), await list('/quickbooks/customers?filter=all')]
    const calls = world.simulator.calls.recent().length
    const body = JSON.stringify({ kind: 'run', workspace, runId: run.id })
    const record = { messageId: 'm', receiptHandle: 'r', body, attributes: { MessageGroupId: workspace } }
    const Records = [1, 2, 3].map((number) => ({ ...record, messageId: `m${number}` }))
    for (let times = 0; times < 2; times++) {
      expect(await world.cloud.functions.invoke('Pull', { Records })).toMatchObject({
        ok: true,
        payload: { batchItemFailures: [] },
      })
    }
    expect([await list('/runs'), await list('/quickbooks/customers?filter=all')]).toEqual(before)
    expect(world.simulator.calls.recent().length).toBe(calls)
    expect((await call(`GET /runs/${run.id}`)).body.counts.stored).toBe(company.count('Customer'))
  })
})
