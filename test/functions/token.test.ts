import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { handler } from '../../functions/token.ts'

const every = ['openid', 'tandem/read', 'tandem/write', 'tandem/admin']

interface Person {
  readonly workspace?: string
  readonly groups?: string[]
  readonly scopes?: string[]
}

/** What the access token of a person would be made of. */
async function accessTokenOf({ workspace, groups, scopes }: Person) {
  const event: PreTokenGenerationV2TriggerEvent = {
    version: '2',
    triggerSource: 'TokenGeneration_HostedAuth',
    region: 'us-east-1',
    userPoolId: 'us-east-1_pool',
    userName: 'ada',
    callerContext: { awsSdkVersion: '3', clientId: 'console' },
    request: {
      userAttributes: { sub: 'ada', ...(workspace === undefined ? {} : { 'custom:workspace': workspace }) },
      groupConfiguration: groups === undefined ? {} : { groupsToOverride: groups },
      ...(scopes === undefined ? {} : { scopes }),
    },
    response: { claimsAndScopeOverrideDetails: {} },
  }
  const { response } = await handler(event)
  return response.claimsAndScopeOverrideDetails?.accessTokenGeneration
}

describe('the access token', () => {
  it("carries the person's workspace, once more in a name that the access log can read", async () => {
    const token = await accessTokenOf({ workspace: 'w1', scopes: every })
    expect(token?.claimsToAddOrOverride).toEqual({ 'custom:workspace': 'w1', workspace: 'w1' })
  })

  it('carries no workspace for someone who has none', async () => {
    expect(await accessTokenOf({ scopes: every })).not.toHaveProperty('claimsToAddOrOverride')
  })

  it.each([
    { groups: undefined, lost: ['tandem/write', 'tandem/admin'] },
    { groups: ['write'], lost: ['tandem/admin'] },
    { groups: ['admin'], lost: [] },
    { groups: ['readers-of-the-news'], lost: ['tandem/write', 'tandem/admin'] },
  ])('of a member of $groups loses $lost', async ({ groups, lost }) => {
    const token = await accessTokenOf({ workspace: 'w1', scopes: every, ...(groups === undefined ? {} : { groups }) })
    expect(token?.scopesToSuppress).toEqual(lost)
  })

  it('loses nothing that was not asked for', async () => {
    expect((await accessTokenOf({ scopes: ['tandem/read'] }))?.scopesToSuppress).toEqual([])
    expect((await accessTokenOf({}))?.scopesToSuppress).toEqual([])
  })
})
