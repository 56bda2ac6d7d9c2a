import { batchStack } from '#lambda/batch-stack'
import { composePull, plumbing } from './compose.ts'

/** Reads QuickBooks into the mirror, and carries out imports. */
export const handler = batchStack(composePull(), plumbing)
