// One process and one running system for all of these: starting it takes longer than most of them.
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
