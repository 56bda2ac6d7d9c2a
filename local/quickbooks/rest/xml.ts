import { XMLBuilder } from 'fast-xml-parser'
import { isJsonObject, type Json, type JsonObject } from '../company/json.ts'

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', textNodeName: '#text' })

/** Properties that are attributes of their element in QuickBooks' XML. */
const ATTRIBUTES = new Set([
  'domain',
  'sparse',
  'status',
  'startPosition',
  'maxResults',
  'totalCount',
  'code',
  'element',
  'bId',
  'type',
])

function element(value: Json): unknown {
  if (Array.isArray(value)) return value.map(element)
  if (!isJsonObject(value)) return value
  if (value.value !== undefined && Object.keys(value).every((each) => each === 'value' || each === 'name')) {
    return value.name === undefined ? value.value : { '@name': value.name, '#text': value.value }
  }
  const out: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined || inner === null) continue
    if (ATTRIBUTES.has(key) && typeof inner !== 'object') out[`@${key}`] = String(inner)
    else out[key] = element(inner)
  }
  return out
}

/** An answer as the XML that QuickBooks sends where `Accept` does not ask for JSON. */
export function toXml(body: JsonObject, time: string): string {
  const inner = element(body)
  const document = builder.build({
    IntuitResponse: { '@xmlns': 'http://schema.intuit.com/finance/v3', '@time': time, ...Object(inner) },
  })
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${document}`
}
