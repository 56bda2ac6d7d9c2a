import { expect, it } from 'vitest'
import { createSimulator } from '../../local/quickbooks/simulator.ts'
import { findLeaks } from './leaks.ts'

it('finds a name, a phone number, an e-mail address, a secret and a token in a log, however they are written', () => {
  const simulator = createSimulator()
  const [app] = simulator.apps.list()
  const lines = [
    'contact AMY’S is nobody',
    '{"name":"amy\'s bird sanctuary"}',
    'called (650) 555-3311',
    'to Birds@Intuit.example.com',
    `secret=${app?.clientSecret}`,
    'Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQxx.c2lnbmF0dXJl',
    '{"Notes":"Prefers to be called after three.\\nGate code on file."}',
    'state=a-secret-of-this-run',
  ]
  const leaks = lines.map(
    (text) => findLeaks([{ name: 'Any', lines: ['first', text] }], simulator, ['a-secret-of-this-run']).length > 0,
  )
  expect(leaks).toEqual([false, true, true, true, true, true, true, true])
})
