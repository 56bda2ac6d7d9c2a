export interface NextSteps {
  readonly apiUrl: string
  /** Undefined when Intuit itself is at the other end. */
  readonly simulatorUrl: string | undefined
  readonly dynamoDbUrl: string
  readonly token: string
  readonly logs: string
}

/** What a newcomer is told at the end of a start: the addresses, a token, and four lines to go on with. */
export function nextSteps({ apiUrl, simulatorUrl, dynamoDbUrl, token, logs }: NextSteps): string {
  const curl = 'curl -s -H "authorization: Bearer $TOKEN"'
  const json = "-H 'content-type: application/json'"
  const lines = [
    '',
    `API            ${apiUrl}`,
    `OpenAPI page   ${apiUrl}/docs`,
    ...(simulatorUrl === undefined ? [] : [`Simulator      ${simulatorUrl}`]),
    `DynamoDB       ${dynamoDbUrl}`,
    `Logs           ${logs}`,
    '',
    'An admin token for workspace w1, good for twelve hours (npm run token makes others):',
    '',
    `export TOKEN=${token}`,
    '',
    ...(simulatorUrl === undefined
      ? [
          '# after the consent, confirm with the code that its last page shows, within four minutes',
          `${curl} -X POST ${apiUrl}/connection/confirm ${json} -d '{"code":"CODE"}'`,
          '# once connected, pull',
          `${curl} -X POST ${apiUrl}/pulls`,
        ]
      : []),
    '# review what was pulled',
    `${curl} '${apiUrl}/quickbooks/customers?filter=notSynced'`,
    '# import all of it',
    `${curl} -X POST ${apiUrl}/imports ${json} -d '{"as":"account","select":{"filter":"notSynced"}}'`,
    '# list the contacts',
    `${curl} '${apiUrl}/contacts?list=all'`,
    '# watch a run (its id is in the answer to the import)',
    `${curl} ${apiUrl}/runs/RUN_ID`,
  ]
  return lines.join('\n')
}
