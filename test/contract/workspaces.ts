import { randomUUID } from 'node:crypto'

/** A workspace that no other test uses: tests share a table and never see each other. */
export function aWorkspace(): string {
  return `workspace-${randomUUID()}`
}
