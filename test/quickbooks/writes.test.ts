import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMarked } from '#core/deactivation-mark'
import type { Entity, JsonObject, Snapshot } from '#core/records'
import { sameContent } from '#core/snapshots'
import { snapshotOf } from '#quickbooks/wire'
import { holds } from '#quickbooks/wire-fields'
import { changesToUpdate, overlay, recordToCreate } from '#quickbooks/writes'
import { content, wireRecord } from './arbitrary-records.ts'

const ENTITIES: readonly Entity[] = ['customer', 'vendor']

const RAW: JsonObject = {
  Id: '7',
  SyncToken: '4',
  DisplayName: 'Jo',
  Active: true,
  Notes: 'old',
  Taxable: true,
  BillAddr: { Id: '9', Line1: '1 Way', City: 'Town', Lat: '12' },
  PrimaryPhone: { FreeFormNumber: '1', Ext: '2' },
  CustomerTypeRef: { value: '1', name: 'Retail' },
}
const current = snapshotOf('customer', RAW)
const withFields = (fields: Snapshot['fields']): Snapshot => ({ ...current, fields: { ...current.fields, ...fields } })

describe.each(ENTITIES)('writing a %s back', (entity) => {
  it('changes nothing at all when its content is written over it', () => {
    fc.assert(
      fc.property(wireRecord(entity), (raw) => {
        expect(overlay(entity, raw, snapshotOf(entity, raw))).toEqual(raw)
        expect(changesToUpdate(entity, raw, snapshotOf(entity, raw))).toBeUndefined()
      }),
    )
  })

  it('is read as what was written', () => {
    fc.assert(
      fc.property(wireRecord(entity), content(entity), (raw, target) => {
        // Whether QuickBooks adds its mark to a name that looks marked already is its own business.
        fc.pre(
          target.active ||
            snapshotOf(entity, raw).active === target.active ||
            !isMarked(target.fields.displayName ?? ''),
        )
        expect(sameContent(snapshotOf(entity, overlay(entity, raw, target)), target)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps what Tandem does not know, at the top and within objects', () => {
    fc.assert(
      fc.property(wireRecord(entity), content(entity), (raw, target) => {
        const written = overlay(entity, raw, target)
        expect(unknownIn(written)).toEqual(unknownIn(raw))
        for (const property of ['BillAddr', 'PrimaryPhone', 'PrimaryEmailAddr', 'WebAddr'])
          expect(unknownIn(written[property])).toEqual(unknownIn(raw[property]))
      }),
    )
  })

  it('sends only properties that differ, and these bring the record to its target', () => {
    fc.assert(
      fc.property(wireRecord(entity), content(entity), (raw, target) => {
        const update = changesToUpdate(entity, raw, target)
        fc.pre(update !== undefined && update.sparse === true)
        const { Id, SyncToken, sparse, ...sent } = update ?? {}
        expect([Id, SyncToken]).toEqual([raw.Id, raw.SyncToken])
        for (const [property, value] of Object.entries(sent)) expect(value).not.toEqual(raw[property])
        expect({ ...raw, ...sent }).toEqual(overlay(entity, raw, target))
      }),
    )
  })

  it('creates a record that is read as what was asked for', () => {
    fc.assert(
      fc.property(content(entity), (snapshot) => {
        const body = recordToCreate(entity, snapshot)
        expect(sameContent(snapshotOf(entity, body), { ...snapshot, active: true })).toBe(true)
        expect(JSON.stringify(body)).not.toMatch(/:(null|"")/)
      }),
    )
  })
})

describe('an update of a customer', () => {
  it('carries an address whole, since QuickBooks replaces it whole', () => {
    expect(changesToUpdate('customer', RAW, withFields({ billAddress: { line1: '2 Way' } }))).toEqual({
      Id: '7',
      SyncToken: '4',
      sparse: true,
      BillAddr: { Id: '9', Line1: '2 Way', City: '', Lat: '12' },
    })
  })

  it('clears a text by sending it empty', () => {
    const { notes: _, phone: __, customerTypeId: ___, ...fields } = current.fields
    expect(changesToUpdate('customer', RAW, { ...current, fields })).toMatchObject({
      Notes: '',
      PrimaryPhone: { FreeFormNumber: '', Ext: '2' },
      CustomerTypeRef: null,
    })
  })

  it('does not send the name of what a reference pointed at before', () => {
    expect(changesToUpdate('customer', RAW, withFields({ customerTypeId: '2' }))?.CustomerTypeRef).toEqual({
      value: '2',
    })
  })

  it('says that it is a job when it gets a parent', () => {
    expect(changesToUpdate('customer', RAW, { ...current, parentRecordId: '3' })).toMatchObject({
      sparse: true,
      Job: true,
      ParentRef: { value: '3' },
    })
  })

  it('is a full one, with everything that QuickBooks sent, when a job becomes a top-level customer', () => {
    const job = { ...RAW, Job: true, ParentRef: { value: '3' } }
    const update = changesToUpdate('customer', job, { ...snapshotOf('customer', RAW) })
    expect(update).toEqual({ ...RAW, Job: false, sparse: false })
  })

  it('names the customer plainly when it becomes active again', () => {
    const inactive = { ...RAW, DisplayName: 'Jo (deleted)', Active: false }
    expect(changesToUpdate('customer', inactive, current)).toMatchObject({ DisplayName: 'Jo', Active: true })
  })

  it('leaves the name to QuickBooks when it becomes inactive', () => {
    expect(changesToUpdate('customer', RAW, { ...current, active: false })).toEqual({
      Id: '7',
      SyncToken: '4',
      sparse: true,
      Active: false,
    })
  })

  it('keeps the mark on an inactive customer that is renamed', () => {
    const inactive = { ...RAW, DisplayName: 'Jo (deleted)', Active: false }
    const target = { ...current, active: false, fields: { ...current.fields, displayName: 'Joe' } }
    expect(changesToUpdate('customer', inactive, target)).toMatchObject({ DisplayName: 'Joe (deleted)' })
  })

  it('changes no name of a customer that is inactive for the second time', () => {
    const inactive = { ...RAW, DisplayName: 'Jo (deleted-1)', Active: false }
    const target = { ...current, active: false, fields: { ...current.fields, notes: 'new' } }
    expect(changesToUpdate('customer', inactive, target)).not.toHaveProperty('DisplayName')
    expect(changesToUpdate('customer', inactive, { ...target, active: true })).toMatchObject({ DisplayName: 'Jo' })
  })
})

describe('the places that QuickBooks has', () => {
  it('hold all fields of a customer, and not the notes of a vendor', () => {
    expect(holds('customer', 'notes')).toBe(true)
    expect(holds('customer', 'shipAddress')).toBe(true)
    expect(holds('vendor', 'notes')).toBe(false)
    expect(holds('vendor', 'shipAddress')).toBe(false)
    expect(holds('vendor', 'email')).toBe(true)
  })
})

function unknownIn(value: unknown): Record<string, unknown> {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {})
  return Object.fromEntries(entries.filter(([name]) => name.startsWith('x-')))
}
