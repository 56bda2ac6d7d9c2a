import type { HttpResponse } from './exchange.ts'
import { type AnyProblem, problemDetails, problemHeaders } from './problems.ts'

/** No script, nothing from elsewhere, never inside a frame. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What is to be read, or to be copied as it stands. */
export type Paragraph = string | Readonly<{ code: string }>

/** A short page for a person: a title and paragraphs, all of them plain text. */
export function page(status: number, title: string, paragraphs: readonly Paragraph[]): HttpResponse {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      // The address of this page may hold the code and state that came from Intuit.
      'referrer-policy': 'no-referrer',
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
code { overflow-wrap: anywhere; user-select: all }
body { max-width: 36rem; margin: 15vh auto 0; padding: 0 1.5rem }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${paragraphs.map(written).join('\n')}
</main>
</body>
</html>
`,
  }
}

/** Sends a browser on to another page, which gets to know nothing of the address that it came from. */
export function seeOther(location: string): HttpResponse {
  return { status: 303, headers: { location, 'referrer-policy': 'no-referrer' }, body: '' }
}

/** A problem as a page, for someone whose browser was sent here. */
export function problemPage(problem: AnyProblem, requestId: string): HttpResponse {
  const { status, title, detail } = problemDetails(problem, requestId)
  const shown = page(status, title, [detail, `Request: ${requestId}`])
  return { ...shown, headers: { ...shown.headers, ...problemHeaders(problem) } }
}

function written(paragraph: Paragraph): string {
  return typeof paragraph === 'string'
    ? `<p>${escaped(paragraph)}</p>`
    : `<p><code>${escaped(paragraph.code)}</code></p>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
