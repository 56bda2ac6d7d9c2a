import type { HttpResponse } from './exchange.ts'
import { type AnyProblem, problemDetails, problemHeaders } from './problems.ts'

/** No script, nothing from elsewhere, never inside a frame. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A short page for a person: a title and paragraphs, all of them plain text. */
export function page(status: number, title: string, paragraphs: readonly string[]): HttpResponse {
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
body { max-width: 36rem; margin: 15vh auto 0; padding: 0 1.5rem }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${paragraphs.map((text) => `<p>${escaped(text)}</p>`).join('\n')}
</main>
</body>
</html>
`,
  }
}

/** A problem as a page, for someone whose browser was sent here. */
export function problemPage(problem: AnyProblem, requestId: string): HttpResponse {
  const { status, title, detail } = problemDetails(problem, requestId)
  const shown = page(status, title, [detail, `Request: ${requestId}`])
  return { ...shown, headers: { ...shown.headers, ...problemHeaders(problem) } }
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
