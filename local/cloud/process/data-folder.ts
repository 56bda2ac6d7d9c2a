import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const runningSchema = z.object({
  pid: z.number().int(),
  apiUrl: z.string().optional(),
  issuer: z.string().optional(),
  audience: z.string().optional(),
})

/** Who holds a data folder, and how to make a token for it. */
export type Running = z.infer<typeof runningSchema>

const fileName = 'running.json'

/**
 * Takes a data folder for this process, so that two clouds never write to the same files.
 * Throws an Error that says who has it.
 * @returns what tells others more about us, and what lets go of the folder
 */
export function takeFolder(folder: string): {
  readonly tell: (more: Omit<Running, 'pid'>) => void
  readonly leave: () => void
} {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, fileName)
  const holder = readRunning(folder)
  if (holder !== undefined && holder.pid !== process.pid && isAlive(holder.pid)) {
    throw new Error(
      `Tandem runs already with ${folder} (process ${holder.pid}${holder.apiUrl === undefined ? '' : `, ${holder.apiUrl}`}). Stop it first, or name another folder with --data.`,
    )
  }
  const tell = (more: Omit<Running, 'pid'>): void =>
    writeFileSync(path, JSON.stringify({ pid: process.pid, ...more }), { mode: 0o600 })
  tell(holder === undefined ? {} : { issuer: holder.issuer, audience: holder.audience })
  return {
    tell,
    // What tokens need stays readable, so that one can be made while nothing runs.
    leave: () => {
      const { pid: _, ...rest } = readRunning(folder) ?? { pid: 0 }
      writeFileSync(path, JSON.stringify({ pid: 0, ...rest }), { mode: 0o600 })
    },
  }
}

/** What is known of the cloud that has, or last had, a data folder. */
export function readRunning(folder: string): Running | undefined {
  try {
    return runningSchema.safeParse(JSON.parse(readFileSync(join(folder, fileName), 'utf8'))).data
  } catch {
    return undefined
  }
}

/**
 * Deletes a data folder with all that is stored. Throws an Error when it is in use, or holds what is not ours: a
 * mistyped folder name must not cost anyone their files.
 */
export function deleteFolder(folder: string): void {
  if (!existsSync(folder)) return
  const isOurs = existsSync(join(folder, fileName)) || readdirSync(folder).length === 0
  if (!isOurs) throw new Error(`${folder} was not made by Tandem, so --fresh does not delete it.`)
  takeFolder(folder)
  rmSync(folder, { recursive: true, force: true })
}

/** Whether a process of this id runs. */
export function isAlive(pid: number): boolean {
  if (pid === 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
