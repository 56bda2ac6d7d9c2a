import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from './cloud/clock.ts'
import { readRunning } from './cloud/process/data-folder.ts'
import { openIssuer } from './cloud/services/issuer.ts'

const help = `Prints a token for the API that npm start runs.

  npm run --silent token -- --workspace w1 --scope tandem/read --scope tandem/write

  --workspace NAME   the tenant (default w1); "" for a token of no workspace
  --scope SCOPE      once for each scope (default: tandem/read)
  --person NAME      who acts (default newcomer)
  --expires SECONDS  (default 3600)
  --data FOLDER      as given to npm start (default .tandem)
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workspace: { type: 'string', default: 'w1' },
      scope: { type: 'string', multiple: true, default: ['tandem/read'] },
      person: { type: 'string', default: 'newcomer' },
      expires: { type: 'string', default: '3600' },
      data: { type: 'string', default: '.tandem' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  const folder = resolve(import.meta.dirname, '..', values.data)
  const { issuer, audience } = readRunning(folder) ?? {}
  if (issuer === undefined || audience === undefined) {
    throw new Error(`Nothing has been started with ${folder} yet, so there is no API to make a token for: npm start`)
  }
  if (!/^-?\d+$/.test(values.expires)) throw new Error(`--expires has to be seconds, not "${values.expires}".`)
  const { mint } = await openIssuer(folder, issuer, issuer, systemClock)
  const request = { scopes: values.scope, person: values.person, expiresIn: Number(values.expires) }
  console.log(await mint(values.workspace === '' ? request : { ...request, workspace: values.workspace }, audience))
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
