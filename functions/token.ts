import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'

/** Scopes of Tandem that a person has only as a member of these groups; everyone may read. */
const groupsFor: Readonly<Record<string, readonly string[]>> = {
  'tandem/write': ['write', 'admin'],
  'tandem/admin': ['admin'],
}

/**
 * Cognito asks before it issues tokens (pre token generation, event version 2): the access token gets the person's
 * `custom:workspace`, which Cognito alone puts into id tokens only, and loses the scopes that their groups do not have.
 * Someone without a workspace gets a token without one, which the API refuses with the reason.
 */
export const handler = async (event: PreTokenGenerationV2TriggerEvent): Promise<PreTokenGenerationV2TriggerEvent> => {
  const { userAttributes, groupConfiguration, scopes } = event.request
  const workspace = userAttributes['custom:workspace']
  const groups = groupConfiguration.groupsToOverride ?? []
  const scopesToSuppress = (scopes ?? []).filter((scope) => {
    const needed = groupsFor[scope]
    return needed !== undefined && !needed.some((group) => groups.includes(group))
  })
  event.response = {
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: {
        ...(workspace === undefined
          ? {}
          : // The second one is for the access log, whose variables cannot name a claim with a colon (infra/api.ts).
            { claimsToAddOrOverride: { 'custom:workspace': workspace, workspace } }),
        scopesToSuppress,
      },
    },
  }
  return event
}
