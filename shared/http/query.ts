/** What lists can be asked for. */
import * as z from 'zod'

export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(200)
  .default(50)
  .meta({ description: 'Items on a page', example: 50 })

export const cursor = z
  .string()
  .min(1)
  .max(4_000)
  .optional()
  .meta({ description: 'The `next` of the page before; goes on with the same list and filter only' })

export const search = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((pattern) => /[^*\s]/.test(pattern), 'has to hold something besides *')
  .refine((pattern) => pattern.isWellFormed(), 'holds half a character: take it out')
  .meta({ description: 'With * for any text: *smith*. Case and accents do not matter', example: '*smith*' })

export const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true')

/** Ids are made by Tandem or by QuickBooks; either way they are part of storage keys. */
export const id = z.string().regex(/^[\w-]{1,64}$/, 'has to be an id: 1 to 64 letters, digits, - or _')

export const byId = z.strictObject({ id })
export const page = { limit, cursor } as const
export const pageOnly = z.strictObject(page)
