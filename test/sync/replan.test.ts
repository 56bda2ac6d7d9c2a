import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncSettings } from '#core/policies'
import type { Ports } from '#sync/ports'
import { servePushHint } from '#sync/serve'
import { saveSettings } from '#sync/settings'
import { sweep } from '#sync/sweep'
import { dyingPorts } from './dying-ports.ts'
import { createPushWorld, DAY_MS, MINUTE_MS, type PushWorld, WORKSPACE } from './push-world.ts'

let world: PushWorld
beforeEach(async () => {
  world = await createPushWorld()
})
afterEach(() => world.close())

async function choose(chosen: Partial<SyncSettings>, ports: Ports = world.ports): Promise<void> {
  const { settings, version } = await world.ports.settings.get(WORKSPACE)
  await saveSettings(ports, { workspace: WORKSPACE, person: 'ada', settings: { ...settings, ...chosen }, version })
}

/** Serves the hints that are there, until none is. */
async function serve(ports: Ports = world.ports): Promise<void> {
  const queue = world.ports.hints.pushes
  for (let taken = queue.take(); taken !== undefined; taken = queue.take()) {
    taken.done()
    await servePushHint(ports, taken.hint)
  }
}

/** As time goes by, each minute what stands still is hinted. */
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    world.time.advance(MINUTE_MS)
    await sweep(world.ports)
    await serve()
  }
}

async function isWorkLeft(): Promise<boolean> {
  return (await world.ports.settings.get(WORKSPACE)).replan !== undefined
}

async function notesInQuickBooks(id: string): Promise<unknown> {
  return world.read(await world.recordId(id)).Notes
}

async function withNotesKeptBack(notes = 'Pays late'): Promise<string> {
  const id = await world.addLinked({ DisplayName: 'Ada' })
  await choose({ pushNotes: false })
  await world.edit(id, world.set({ notes }))
  await world.drain()
  expect(await world.dot(id)).toBe('green')
  expect(await notesInQuickBooks(id)).toBeUndefined()
  return id
}

describe('notes that were kept back', () => {
  it('go to QuickBooks as soon as they may', async () => {
    const id = await withNotesKeptBack()
    await choose({ pushNotes: true })
    await serve()
    expect(await notesInQuickBooks(id)).toBe('Pays late')
    expect(await world.dot(id)).toBe('green')
  })

  it('are those of a customer that was created without them, too', async () => {
    await choose({ pushNotes: false })
    const id = await world.add({ displayName: 'Ada', notes: 'Pays late' })
    await world.drain()
    expect(await notesInQuickBooks(id)).toBeUndefined()
    await choose({ pushNotes: true })
    await serve()
    expect(await notesInQuickBooks(id)).toBe('Pays late')
  })

  it('wait to be asked for, where all does', async () => {
    const id = await withNotesKeptBack()
    await choose({ pushNotes: true, push: 'whenAsked' })
    await serve()
    expect(await world.dot(id)).toBe('orange')
    expect(await notesInQuickBooks(id)).toBeUndefined()
  })

  it('go when the hint was lost: the sweep finds what the settings left', async () => {
    const id = await withNotesKeptBack()
    const hints: Ports['hints'] = {
      ...world.ports.hints,
      push: async () => {
        throw new Error('The queue is not there.')
      },
    }
    await choose({ pushNotes: true }, { ...world.ports, hints })
    expect(await notesInQuickBooks(id)).toBeUndefined()
    await pass(2)
    expect(await notesInQuickBooks(id)).toBe('Pays late')
  })

  it('go though somebody still planned by the former settings when they were let through', async () => {
    const id = await world.addLinked({ DisplayName: 'Ada' })
    await choose({ pushNotes: false })
    const former = (await world.ports.settings.get(WORKSPACE)).settings
    await choose({ pushNotes: true })
    await serve()
    await world.edit(id, world.set({ notes: 'Pays late' }))
    // A worker that read the settings before they were saved.
    const get = async () => ({ settings: former, version: 1 })
    await world.drain({ ...world.ports, settings: { ...world.ports.settings, get } })
    expect(await world.dot(id)).toBe('green')
    expect(await notesInQuickBooks(id)).toBeUndefined()
    await pass(7)
    expect(await notesInQuickBooks(id)).toBe('Pays late')
    expect(await isWorkLeft()).toBe(false)
  })

  it('go of many, in slices of seconds', async () => {
    await choose({ pushNotes: false })
    const ids: string[] = []
    for (let n = 0; n < 12; n++) ids.push(await world.add({ displayName: `Client ${n}`, notes: `Note ${n}` }))
    await world.drain()
    await choose({ pushNotes: true })
    const { ledger } = world.ports
    const slow: Ports = {
      ...world.ports,
      ledger: {
        commit: (...args) => {
          world.time.advance(1_000)
          return ledger.commit(...args)
        },
      },
    }
    await serve(slow)
    await pass(7)
    for (const [n, id] of ids.entries()) expect(await notesInQuickBooks(id)).toBe(`Note ${n}`)
    expect(await isWorkLeft()).toBe(false)
  })

  it.each(['before', 'after'] as const)('go whatever a worker dies in, %s the call', async (when) => {
    for (let last = 1; ; last++) {
      const id = await withNotesKeptBack(`Note ${last}`)
      const dying = dyingPorts(world.ports, last, when)
      await choose({ pushNotes: true }, dying.ports).catch(() => undefined)
      await serve(dying.ports).catch(() => undefined)
      // Who was told that it failed chooses again.
      if (!(await world.ports.settings.get(WORKSPACE)).settings.pushNotes) await choose({ pushNotes: true })
      await pass(8)
      expect(await notesInQuickBooks(id), `died ${when} call ${last}`).toBe(`Note ${last}`)
      expect(await isWorkLeft()).toBe(false)
      if (!dying.died()) {
        expect(last).toBeGreaterThan(20)
        return
      }
      await world.close()
      world = await createPushWorld()
    }
  })
})

describe('a list that is switched on again', () => {
  it('makes those due at once that waited for it', async () => {
    const linked = await world.addLinked({ DisplayName: 'Ada' })
    const made = await world.add({ displayName: 'Eve' })
    await choose({ entities: ['vendor'] })
    await world.edit(linked, world.set({ phone: '1' }))
    await world.drain()
    await world.pass(2 * DAY_MS)
    for (const id of [linked, made]) {
      expect(await world.dot(id)).toBe('red')
      expect((await world.contact(id)).refusal?.code).toBe('listIsOff')
    }
    await choose({ entities: ['customer', 'vendor'] })
    await serve()
    for (const id of [linked, made]) expect(await world.dot(id)).toBe('green')
    expect(world.read(await world.recordId(linked)).PrimaryPhone).toEqual({ FreeFormNumber: '1' })
  })
})

describe('settings that let no more through', () => {
  it('leave nothing to be done', async () => {
    await choose({ pushNotes: false, conflicts: 'ask' })
    expect(await isWorkLeft()).toBe(false)
    await choose({ conflicts: 'newest', push: 'whenAsked' })
    expect(await isWorkLeft()).toBe(false)
  })

  it('leave what an earlier change left, from its beginning', async () => {
    await choose({ pushNotes: false })
    await choose({ pushNotes: true })
    const { version } = await world.ports.settings.get(WORKSPACE)
    const dueAtMs = world.time.now()
    await world.ports.settings.saveReplan(WORKSPACE, { dueAtMs, after: 'a place', isLast: true }, version)
    await choose({ conflicts: 'crm' })
    expect((await world.ports.settings.get(WORKSPACE)).replan).toEqual({ dueAtMs, isLast: false })
  })
})
