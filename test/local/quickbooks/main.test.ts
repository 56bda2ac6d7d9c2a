import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill()
})

function start(...flags: readonly string[]): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, ['local/quickbooks/main.ts', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)))
  return { child, output: () => text }
}
const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve))

describe('the command line', () => {
  it('serves the sample company and a generated one, and stops at Ctrl-C', async () => {
    const { child, output } = start('--port', '0', '--customers', '50', '--seed', '7')
    await expect.poll(output, { timeout: 20_000 }).toMatch(/Generated Company {2}50 customers[\s\S]*client id/)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0] ?? ''
    expect((await fetch(`${url}/v3/company/9341452000000001/customer/1`)).status).toBe(401)
    child.kill('SIGINT')
    expect(await ended(child)).toBe(0)
  })

  it('says what is wrong with a flag', async () => {
    const { child, output } = start('--customers', 'many')
    expect(await ended(child)).toBe(1)
    expect(output()).toMatch(/--customers must be a whole number, not "many"/)
  })
})
