import type { Digest } from '#sync/ports'
import { DOCS_SCRIPT } from './docs-script.ts'
import type { HttpResponse } from './exchange.ts'

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .4rem; margin: .4rem 0; padding: .4rem .8rem }
summary { cursor: pointer; display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap }
summary b { width: 3.2rem } summary .get { color: #2a7ab0 } summary .post { color: #2f8f4e }
label { display: grid; grid-template-columns: 9rem 1fr; gap: 0 .8rem; align-items: center; margin: .4rem 0 }
label small { grid-column: 2; opacity: .75 }
input, select, textarea { font: inherit; padding: .3rem; width: 100%; box-sizing: border-box }
textarea, output { font-family: ui-monospace, monospace; font-size: .9rem }
output { display: block; white-space: pre-wrap; overflow-wrap: anywhere }
button { font: inherit; padding: .3rem 1.2rem; margin: .4rem 0 }
`

const BODY = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tandem: the API</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Tandem: the API</h1>
<p id="about"></p>
<p><a href="openapi.json">openapi.json</a></p>
<label><span>Access token</span><input id="token" type="password" autocomplete="off" spellcheck="false"><small>Stays in this tab.</small></label>
<main id="operations"></main>
<script>${DOCS_SCRIPT}</script>
</body>
</html>
`

/** The page that lets one try the API: all in itself, so that it works where nothing else can be reached. */
export function docsPage(digest: Digest): HttpResponse {
  const hash = (text: string): string => `'sha256-${base64(digest.sha256(text))}'`
  const policy = [
    "default-src 'none'",
    `script-src ${hash(DOCS_SCRIPT)}`,
    `style-src ${hash(STYLE)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
    },
    body: BODY,
  }
}

function base64(base64url: string): string {
  const padded = base64url.padEnd(Math.ceil(base64url.length / 4) * 4, '=')
  return padded.replaceAll('-', '+').replaceAll('_', '/')
}
