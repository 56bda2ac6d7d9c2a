import { startWorld } from './world.ts'

/** One system for all suites in which changes travel by themselves. */
export const world = await startWorld({ webhooks: true })
