/**
 * Writes shared/http/openapi.json from the declared routes. With --check it writes nothing and fails when the
 * committed document is not what the routes say.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { documentText } from '#http/openapi'

const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values
const file = join(import.meta.dirname, '..', 'shared', 'http', 'openapi.json')
const text = documentText()

if (!check) {
  await writeFile(file, text)
} else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
  console.error('shared/http/openapi.json is not what the routes say: run `npm run openapi` and commit it.')
  process.exitCode = 1
}
