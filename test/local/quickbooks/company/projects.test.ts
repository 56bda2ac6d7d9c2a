import { describe, expect, it } from 'vitest'
import { drive, REALM } from '../accounting-driver.ts'

describe('a project', () => {
  it('is a sub-customer with IsProject true, in reads and queries', async () => {
    const { write, read, query, company } = drive()
    await write({ DisplayName: 'A' })
    expect(company.bookkeeper.createProject('1', 'Kitchen')).toMatchObject({ ok: true })
    const project = { Id: '2', Job: true, ParentRef: { value: '1' }, FullyQualifiedName: 'A:Kitchen', IsProject: true }
    expect(await read('2')).toMatchObject(project)
    const { body } = await query("select * from Customer where Id = '2'")
    expect(body.QueryResponse.Customer[0]).toMatchObject(project)
    expect(await read('1')).not.toHaveProperty('IsProject')
  })

  it('cannot be made over the Accounting API, which ignores IsProject', async () => {
    const { write } = drive()
    await write({ DisplayName: 'A' })
    const job = await write({ DisplayName: 'Kitchen', Job: true, ParentRef: { value: '1' }, IsProject: true })
    expect(job).not.toHaveProperty('IsProject')
    expect(await write({ Id: '2', SyncToken: '0', sparse: true, IsProject: true, Notes: 'n' })).not.toHaveProperty(
      'IsProject',
    )
  })

  it('refuses to be renamed, moved or made inactive by an app, or takes it, by switch; its other fields are free', async () => {
    for (const position of ['refused', 'taken'] as const) {
      const { write, read, call, company } = drive({ switches: { 'project-writes': position } })
      await write({ DisplayName: 'A' })
      await write({ DisplayName: 'B' })
      company.bookkeeper.createProject('1', 'Kitchen')
      for (const change of [{ DisplayName: 'Bath' }, { Job: true, ParentRef: { value: '2' } }, { Active: false }]) {
        const { SyncToken } = await read('3')
        const { status, body } = await call('POST', '/customer', { Id: '3', SyncToken, sparse: true, ...change })
        if (position === 'refused') expect([status, body.Fault.Error[0].code]).toEqual([400, '6000'])
        else expect(status).toBe(200)
      }
      const { SyncToken } = await read('3')
      expect(await write({ Id: '3', SyncToken, sparse: true, Notes: 'n' })).toMatchObject({
        Notes: 'n',
        IsProject: true,
      })
    }
  })

  it('is renamed by a person in QuickBooks’ screens', async () => {
    const { write, company } = drive()
    await write({ DisplayName: 'A' })
    company.bookkeeper.createProject('1', 'Kitchen')
    expect(company.bookkeeper.edit('Customer', '2', { DisplayName: 'Bath' })).toMatchObject({
      ok: true,
      record: { DisplayName: 'Bath', IsProject: true },
    })
  })

  it('needs a parent', () => {
    expect(drive().company.bookkeeper.createProject('9', 'Kitchen')).toMatchObject({
      ok: false,
      errors: [{ code: '610' }],
    })
  })

  it('is enabled where Preferences say so, and the sample company has one', async () => {
    const { call, query } = drive({ companies: [{ realmId: REALM, kind: 'sample' }] })
    const { body } = await call('GET', '/preferences')
    expect(body.Preferences.OtherPrefs.NameValue).toContainEqual({ Name: 'ProjectsEnabled', Value: 'true' })
    const { body: all } = await query('select * from Customer maxresults 1000')
    const projects = all.QueryResponse.Customer.filter((each: { IsProject?: boolean }) => each.IsProject === true)
    expect(projects).toMatchObject([{ FullyQualifiedName: 'Weiskopf Consulting:Office kitchen', Job: true }])
  })
})
