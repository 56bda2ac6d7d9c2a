import { expect, it } from 'vitest'
import { TEXT_FIELDS } from '#core/records'
import type { RecordingLog } from '#memory/log'
import { leaksOf } from '../e2e/leaks.ts'
import type { Ask } from './world.ts'

/** Under these names a single word, too, says who somebody is. */
const PERSONAL: ReadonlySet<string> = new Set([...TEXT_FIELDS, 'name', 'contactName', 'cell', 'city', 'line1'])

/** Elsewhere a single word is an id, or a word of ours. */
const IS_WORD = /^[\w-]*$/

const E_MAIL = /[\w.+-]+@[\w-]+\.\w+/

/** A log that tells a text tells its beginning. */
const BEGINNING = 40

/** Beyond this an answer is a document of ours, and a body is nobody's data. */
const LONGEST = 100_000

/** Remembers what the worlds of a file are sent and answer, and finds what of it stands in their logs. */
export function createLogWatch() {
  // As every token of these worlds begins.
  const needles = new Map([
    ['access-', 'a token'],
    ['refresh-', 'a token'],
  ])
  const logs: RecordingLog[] = []

  const note = (text: string, kind: string, name = '') => {
    if (!PERSONAL.has(name) && IS_WORD.test(text)) return
    const start = Array.from(text.slice(0, 2 * BEGINNING))
      .slice(0, BEGINNING)
      .join('')
    needles.set(start, kind)
    needles.set(JSON.stringify(start).slice(1, -1), kind)
  }
  const noteAll = (sent: unknown, kind: string) => {
    const left: [name: string, value: unknown][] = [['', sent]]
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [name, value] = next
      if (typeof value === 'string') note(value, kind, name)
      if (typeof value !== 'object' || value === null) continue
      for (const [key, inner] of Object.entries(value)) {
        note(key, kind)
        left.push([Array.isArray(value) ? name : key, inner])
      }
    }
  }
  const noteJson = (text: string, kind: string) => {
    if (text.length <= LONGEST) noteAll(parsed(text), kind)
  }

  return {
    /** The same world, watched. */
    over<W extends Readonly<{ ask: Ask; ports: Readonly<{ log: RecordingLog }> }>>(world: W): W {
      logs.push(world.ports.log)
      const ask: Ask = async (method, path, asked = {}) => {
        const { body, query, headers } = asked
        if (typeof body === 'string') {
          note(body, 'what was sent')
          noteJson(body, 'what was sent')
        } else noteAll(body, 'what was sent')
        noteAll(Object.fromEntries(new URLSearchParams(query)), 'what was asked')
        noteAll(headers, 'a header')
        const answered = await world.ask(method, path, asked)
        noteJson(answered.text, 'what was answered')
        return answered
      }
      return { ...world, ask }
    },
    /** Everything that was logged, each different line once. */
    lines,
    /** What of all that was sent and answered is in the logs. */
    leaks(): readonly string[] {
      const found = lines().flatMap((line) => E_MAIL.exec(line) ?? [])
      return [...found, ...leaksOf([{ name: 'The API', lines: lines() }], needles)]
    },
  }

  function lines(): readonly string[] {
    return [...new Set(logs.flatMap((log) => log.lines()).map((line) => JSON.stringify(line)))]
  }
}

/** The last test of a file: whatever the others sent, the log tells none of it. */
export function itLogsNothingOf({ lines, leaks }: ReturnType<typeof createLogWatch>): void {
  it('wrote no token, no state, no cursor, no name, no address and nothing else that was sent into the log', () => {
    expect(lines().length).toBeGreaterThan(0)
    expect(leaks()).toEqual([])
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
