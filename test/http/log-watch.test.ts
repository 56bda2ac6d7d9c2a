import { expect, it } from 'vitest'
import { createLogWatch } from './log-watch.ts'
import { adminWorld, connect } from './world.ts'

it.each<readonly [string, string]>([
  ['a name', 'contact ADA’S BAKERY is new'],
  ['a name of one word', 'contact Lovelace is new'],
  ['a note, from its beginning on', 'the note begins with "the code of the gate\nis four times seven a"'],
  ['a phone number', 'called 555-0100 today'],
  ['an e-mail address, whoever’s', 'sent to nobody.known@elsewhere.example'],
  ['what was searched for', 'search=*very private*'],
  ['a header', 'key=a key/of mine'],
  ['a cursor', 'cursor=sealed.by-nobody'],
  ['a token of QuickBooks', 'Bearer access-acme'],
  ['a token of ours', 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQxx.c2lnbmF0dXJl'],
])('the watch finds in the log %s', async (_what, line) => {
  const watch = createLogWatch()
  const { ask, ports } = watch.over(adminWorld())
  await connect(ports)
  const fields = {
    displayName: 'Ada’s Bakery',
    familyName: 'Lovelace',
    phone: '555-0100',
    notes: 'The code of the gate\nis four times seven and then nothing at all.',
  }
  await ask('POST', '/contacts', { body: { fields } })
  await ask('GET', '/contacts', {
    query: { search: '*very private*' },
    headers: { 'idempotency-key': 'a key/of mine' },
  })
  await ask('GET', '/contacts', { query: { cursor: 'sealed.by-nobody' } })
  expect(watch.lines().length).toBeGreaterThan(0)
  expect(watch.leaks()).toEqual([])
  ports.log.info('told', { line })
  expect(watch.leaks()).not.toEqual([])
})
