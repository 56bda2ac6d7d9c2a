/** JSON as it came in or goes out. */
export type Json = string | number | boolean | null | JsonObject | readonly Json[]
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
