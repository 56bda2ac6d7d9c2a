/** What a person sends from a consent page: where to, and the fields of its form. */
export interface ConsentForm {
  readonly action: string
  readonly fields: URLSearchParams
}

/**
 * Reads the form of the simulated consent page and fills it in as someone who says "Connect" to the first or the last
 * company of the list. Throws an Error with the page's text when it holds no form, as the page of a problem doesn't.
 */
export function fillInConsent(html: string, pageUrl: string, company: 'first' | 'last' = 'first'): ConsentForm {
  const action = /<form[^>]*\baction="([^"]*)"/.exec(html)?.[1]
  if (action === undefined) {
    const text = html.replace(/<style>.*?<\/style>/gs, ' ').replace(/<[^>]+>/g, ' ')
    throw new Error(`There is no form on the consent page: ${unescapeHtml(text).replace(/\s+/g, ' ').trim()}`)
  }
  const fields = new URLSearchParams()
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    const name = attribute(input, 'name')
    if (name !== undefined) fields.set(name, attribute(input, 'value') ?? '')
  }
  const select = /<select[^>]*>/.exec(html)?.[0]
  const option = [...html.matchAll(/<option[^>]*>/g)].at(company === 'first' ? 0 : -1)?.[0]
  const selectName = select === undefined ? undefined : attribute(select, 'name')
  if (selectName !== undefined && option !== undefined) fields.set(selectName, attribute(option, 'value') ?? '')
  fields.set('decision', 'connect')
  return { action: new URL(unescapeHtml(action), pageUrl).href, fields }
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescapeHtml(value)
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
