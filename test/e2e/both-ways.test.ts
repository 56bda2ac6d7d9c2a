// One process and one running system for all of these: starting it takes longer than most of them.
import { afterAll, afterEach } from 'vitest'
import './changes-from-crm.suite.ts'
import './changes-from-quickbooks.suite.ts'
import './decisions.suite.ts'
import { itLeaksNothing } from './leaks-nothing.ts'
import { world } from './live-world.ts'

afterEach(() => world.retire())
afterAll(() => world.close())
itLeaksNothing(world)
