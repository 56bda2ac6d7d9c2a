import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** The log of one function: a file when there is a folder for it, and its last lines in memory. */
export interface FunctionLog {
  readonly write: (line: string) => void
  readonly lines: () => readonly string[]
}

export interface Logs {
  readonly of: (functionName: string) => FunctionLog
  readonly close: () => void
}

const linesKept = 10_000

/**
 * Opens the logs. Without a folder they are kept in memory only, as tests want them. `onError` gets the message of each
 * line that a function logged as an error.
 */
export function openLogs(folder: string | undefined, onError: (functionName: string, message: string) => void): Logs {
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const logs = new Map<string, FunctionLog>()
  const files: number[] = []
  let closed = false

  const open = (functionName: string): FunctionLog => {
    const file = folder === undefined ? undefined : openSync(join(folder, `${functionName}.log`), 'a')
    if (file !== undefined) files.push(file)
    const lines: string[] = []
    const write = (line: string): void => {
      lines.push(line)
      if (lines.length > linesKept) lines.shift()
      if (file !== undefined && !closed) writeSync(file, `${line}\n`)
      const message = errorMessageOf(line)
      if (message !== undefined) onError(functionName, message)
    }
    return { write, lines: () => lines }
  }

  return {
    of: (functionName) => {
      const log = logs.get(functionName) ?? open(functionName)
      logs.set(functionName, log)
      return log
    },
    close: () => {
      closed = true
      for (const file of files) closeSync(file)
    },
  }
}

const errorLineSchema = z.object({ level: z.enum(['ERROR', 'CRITICAL']), message: z.string() })

function errorMessageOf(line: string): string | undefined {
  // Most lines are no errors, and parsing each would cost more than writing it.
  if (!line.includes('"ERROR"') && !line.includes('"CRITICAL"')) return undefined
  try {
    return errorLineSchema.safeParse(JSON.parse(line)).data?.message
  } catch {
    return undefined
  }
}
