import { batchStack } from '#lambda/batch-stack'
import { composePush, plumbing } from './compose.ts'

/** Sends what changed in the CRM to QuickBooks. */
export const handler = batchStack(composePush(), plumbing)
