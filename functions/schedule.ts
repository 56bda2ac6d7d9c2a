import { scheduleStack } from '#lambda/schedule-stack'
import { composeSchedule, plumbing } from './compose.ts'

/** Hints at work that waits, every minute and once a day. */
export const handler = scheduleStack(composeSchedule(), plumbing)
