import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { startChild } from '../../../../local/cloud/process/child.ts'

const childModule = join(import.meta.dirname, '..', '..', '..', '..', 'local', 'cloud', 'process', 'child.ts')

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Starts a program that says its process id, and answers with that. */
async function startSpeaking(script: string) {
  const said = Promise.withResolvers<number>()
  const child = startChild(process.execPath, ['-e', `${script}; console.log(process.pid)`], {
    onLine: (line) => said.resolve(Number(line)),
  })
  return { child, pid: await said.promise }
}

describe('a child', () => {
  it('ends when it is asked to, with its own exit code', async () => {
    const script = `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000)`
    const { child, pid } = await startSpeaking(script)
    await child.stop()
    expect(await child.ended).toBe(7)
    expect(isAlive(pid)).toBe(false)
  })

  it('ends though it does not want to', async () => {
    const { child, pid } = await startSpeaking(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`)
    await child.stop(50)
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false))
  })

  it('passes on that it ended by itself', async () => {
    expect(await startChild(process.execPath, ['-e', 'process.exit(3)']).ended).toBe(3)
    expect(await startChild('/no/such/program', []).ended).toBe(127)
  })

  it('ends with us even when we are killed', async () => {
    const script = `
      import { startChild } from ${JSON.stringify(childModule)}
      startChild(process.execPath, ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'], {
        onLine: (line) => console.log(line),
      })`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout.setEncoding('utf8'), 'data')
    const pid = Number(line)
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false))
  })
})
