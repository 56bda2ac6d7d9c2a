import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { closeServer, findFreePort, listenOn } from '../../local/cloud/process/port.ts'

const root = join(import.meta.dirname, '..', '..')
const started: ChildProcess[] = []
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

interface Main {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves when the output says so; rejects with all output when the program ends before. */
  readonly says: (text: string) => Promise<void>
  readonly ended: Promise<number | null>
}

function startMain(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Main {
  const child = spawn(process.execPath, ['local/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, INTUIT_CLIENT_ID: '', INTUIT_CLIENT_SECRET: '', INTUIT_ENVIRONMENT: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const says = async (text: string): Promise<void> => {
    let code: number | null | undefined
    void ended.then((given) => {
      code = given
    })
    await vi.waitFor(
      () => {
        if (output.includes(text)) return
        const error = new Error(`It has not said "${text}" yet:\n${output}`)
        if (code !== undefined) throw Object.assign(new Error(`It ended with ${code}:\n${output}`), { isFinal: true })
        throw error
      },
      { timeout: 60_000, interval: 20 },
    )
  }
  return { child, output: () => output, says, ended }
}

async function newPlace() {
  const data = join(mkdtempSync(join(tmpdir(), 'tandem-start-')), 'data')
  const [port, simulatorPort] = [await findFreePort(0), await findFreePort(0)]
  return { data, args: ['--data', data, '--port', String(port), '--simulator-port', String(simulatorPort)] }
}

/** The first thing after a label in the output. */
const valueAfter = (output: string, label: string): string =>
  new RegExp(`^${label}\\s*(\\S+)`, 'm').exec(output)?.[1] ?? `no ${label}`

const isListening = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  )

describe('npm start', () => {
  it('connects, pulls, says how to go on, leaves nothing behind, and goes on the next time', {
    timeout: 120_000,
  }, async () => {
    const { data, args } = await newPlace()
    const first = startMain(args)
    await first.says('Ready after')
    const output = first.output()
    expect(output).toContain('by OAuth.')
    expect(output).toMatch(/^Pulled \d+ rows with \d+ calls/m)
    expect(output).toMatch(/^Amy's Bird Sanctuary/m)

    const [api, simulator] = [valueAfter(output, 'API'), valueAfter(output, 'Simulator')]
    const token = valueAfter(output, 'export TOKEN=')
    const answer = await fetch(`${api}/quickbooks/customers?filter=notSynced`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain("Amy's Bird Sanctuary")
    expect(await isListening(`${api}/docs`)).toBe(true)

    const other = execFileSync(process.execPath, ['local/token.ts', '--data', data, '--workspace', 'w2'], { cwd: root })
    const foreign = await fetch(`${api}/contacts`, { headers: { authorization: `Bearer ${other.toString().trim()}` } })
    expect([foreign.status, await foreign.json()]).toEqual([200, { items: [] }])

    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    for (const url of [api, simulator]) expect(await isListening(url)).toBe(false)

    const second = startMain(args)
    await second.says('Ready after')
    expect(second.output()).toContain('Connected since an earlier start')
    expect(second.output()).toMatch(/^Pulled .*\b0 stored/m)

    const third = startMain(args)
    expect(await third.ended).toBe(1)
    expect(third.output()).toContain('Tandem runs already')

    const logs = readdirSync(join(data, 'logs')).map((file) => readFileSync(join(data, 'logs', file), 'utf8'))
    expect(logs.join('')).not.toContain("Amy's")
    expect(logs.join('')).not.toContain(token)

    second.child.kill('SIGKILL')
    await second.ended
    await vi.waitFor(async () => expect(await isListening(simulator)).toBe(false))
    const dynamoDb = valueAfter(second.output(), 'DynamoDB')
    await vi.waitFor(async () => expect(await isListening(dynamoDb)).toBe(false))

    const fresh = startMain([...args, '--fresh'])
    await fresh.says('Ready after')
    expect(fresh.output()).toContain('by OAuth.')
    fresh.child.kill('SIGTERM')
    expect(await fresh.ended).toBe(0)
  })

  it("asks a person to consent when Intuit's sandbox is at the other end", { timeout: 60_000 }, async () => {
    const { args } = await newPlace()
    const main = startMain(args, {
      INTUIT_CLIENT_ID: 'AnyClientId',
      INTUIT_CLIENT_SECRET: 'AnySecretThatNobodyMaySee',
      INTUIT_ENVIRONMENT: 'sandbox',
    })
    await main.says('Ready after')
    const output = main.output()
    const redirectUri = valueAfter(output, 'Redirect URI to enter at Intuit:')
    expect(redirectUri).toMatch(/^http:\/\/localhost:\d+\/oauth\/callback$/)
    const link = new URL(/https:\/\/appcenter\.intuit\.com\S+/.exec(output)?.[0] ?? 'about:blank')
    expect(Object.fromEntries(link.searchParams)).toMatchObject({ client_id: 'AnyClientId', redirect_uri: redirectUri })
    expect(output).toMatch(/curl \S.* -X POST http:\/\/localhost:\d+\/connection\/confirm .*\{"code":"CODE"\}/)
    expect(output).not.toContain('AnySecretThatNobodyMaySee')
    main.child.kill('SIGINT')
    expect(await main.ended).toBe(0)
  })

  it('says which port is taken and takes the next', { timeout: 60_000 }, async () => {
    const { data } = await newPlace()
    const other = createServer()
    const port = await listenOn(other, 0)
    const main = startMain(['--data', data, '--port', String(port), '--simulator-port', '0'])
    await main.says('Ready after')
    expect(main.output()).toContain(`Port ${port} is taken; api tries ${port + 1}.`)
    expect(Number(new URL(valueAfter(main.output(), 'API')).port)).toBeGreaterThan(port)
    main.child.kill('SIGINT')
    expect(await main.ended).toBe(0)
    await closeServer(other)
  })

  it('ends at once, with the reason, when it is told nonsense', async () => {
    const main = startMain(['--port', 'many'])
    expect(await main.ended).toBe(1)
    expect(main.output()).toBe('--port has to be a whole number up to 65000, not "many".\n')
  })

  it('leaves nothing behind when it is stopped while it starts', { timeout: 60_000 }, async () => {
    const { data, args } = await newPlace()
    const main = startMain(args)
    await vi.waitFor(() => readFileSync(join(data, 'running.json')), { timeout: 10_000 })
    main.child.kill('SIGINT')
    expect(await main.ended).toBe(0)
    expect(await isListening(`http://127.0.0.1:${args.at(-1)}`)).toBe(false)
  })
})
