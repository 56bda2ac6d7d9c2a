import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { docsPage } from '#http/docs-page'
import { digest } from '#memory/cryptography'

const { body, headers } = docsPage(digest)
const inside = (tag: string): string => body.slice(body.indexOf(`<${tag}>`) + tag.length + 2, body.indexOf(`</${tag}>`))
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')

describe('the page that lets one try the API', () => {
  it('takes nothing from anywhere else', () => {
    expect(body).not.toMatch(/https?:\/\/|\bsrc=|@import|url\(/)
  })

  it('allows exactly its own script and style to run', () => {
    const policy = headers['content-security-policy'] ?? ''
    expect(policy).toContain(`script-src 'sha256-${sha256(inside('script'))}'`)
    expect(policy).toContain(`style-src 'sha256-${sha256(inside('style'))}'`)
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('holds a script that a browser can read, and that sets text but never markup', () => {
    expect(() => new Script(inside('script'))).not.toThrow()
    expect(inside('script')).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/)
  })
})
