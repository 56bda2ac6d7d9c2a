/**
 * Middy would answer for a handler five milliseconds before its time is up. Lambda then takes the invocation for ended
 * and freezes the process, and what it was at goes on when the next event thaws it: with a token that others have
 * changed since, say. Left alone, Lambda ends the whole process, and nothing of it goes on.
 */
export const UNTIL_THE_END = { timeoutEarlyInMillis: 0 } as const
