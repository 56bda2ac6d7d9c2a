import { startWorld } from './world.ts'

/** One system for all suites that bring QuickBooks' customers in. QuickBooks tells of nothing by itself here. */
export const world = await startWorld({ webhooks: false })
