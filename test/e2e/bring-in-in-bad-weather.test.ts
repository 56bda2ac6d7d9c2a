// The same as in calm weather: whatever AWS does now and then, nobody finds it in what they have.
import './in-bad-weather.ts'
import { afterAll } from 'vitest'
import './connect.suite.ts'
import './pull.suite.ts'
import './holding-area.suite.ts'
import './import.suite.ts'
import './lists.suite.ts'
import './bad-requests.suite.ts'
import { itLeaksNothing } from './leaks-nothing.ts'
import { world } from './quiet-world.ts'

afterAll(() => world.close())
itLeaksNothing(world)
