// The same as in calm weather: whatever AWS does now and then, nobody finds it in what they have.
import './in-bad-weather.ts'
import { afterAll, afterEach } from 'vitest'
import './changes-from-crm.suite.ts'
import './changes-from-quickbooks.suite.ts'
import './decisions.suite.ts'
import { itLeaksNothing } from './leaks-nothing.ts'
import { world } from './live-world.ts'

afterEach(() => world.retire())
afterAll(() => world.close())
itLeaksNothing(world)
