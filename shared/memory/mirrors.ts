import { ignoringCase } from '#core/names'
import type { Mirror, MirrorStamp } from '#core/records'
import { isNewer } from '#core/revisions'
import type { Mirrors } from '#sync/ports'
import { inChunks } from './chunks.ts'
import { type Store, storeMirror } from './store.ts'

export function createMirrors(store: Store): Mirrors {
  return {
    get: async (workspace, entity, id) => store.mirrors[entity].of(workspace).whole.get(id),
    getMany: async (workspace, entity, ids) => present(store.mirrors[entity].of(workspace).whole, ids),
    stamps: async (workspace, entity, ids) => present(store.mirrors[entity].of(workspace).whole, ids).map(stampOf),
    put: async (workspace, mirrors) => {
      for (const mirror of mirrors) {
        const stored = store.mirrors[mirror.entity].of(workspace).whole.get(mirror.id)
        if (stored !== undefined && isNewer(stored, mirror)) continue
        const { contactId: _, ...unlinked } = mirror
        const isItself = mirror.goneAt === undefined && mirror.snapshot.active
        const mergedIntoId = mirror.mergedIntoId ?? (isItself ? undefined : stored?.mergedIntoId)
        const contactId = stored?.contactId
        storeMirror(store, workspace, {
          ...unlinked,
          ...(mergedIntoId !== undefined && { mergedIntoId }),
          ...(contactId !== undefined && { contactId }),
        })
      }
    },
    idsByFullName: async (workspace, entity, fullName) => [
      ...(store.mirrors[entity].of(workspace).byFullName.get(ignoringCase(fullName)) ?? []),
    ],
    listByName: async (workspace, entity, limit, after) =>
      store.mirrors[entity].of(workspace).rows.page(entity, limit, after),
    scan: (workspace, entity) => inChunks(() => store.mirrors[entity].of(workspace).rows.values()),
  }
}

function stampOf({ id, contentHash, rawHash, changedAt, goneAt, mergedIntoId }: Mirror): MirrorStamp {
  return Object.freeze({
    id,
    contentHash,
    rawHash,
    changedAt,
    ...(goneAt !== undefined && { goneAt }),
    ...(mergedIntoId !== undefined && { mergedIntoId }),
  })
}

/** Those of the ids that are there, each once. */
export function present<T>(table: ReadonlyMap<string, T>, ids: readonly string[]): readonly T[] {
  return [...new Set(ids)].flatMap((id) => {
    const value = table.get(id)
    return value === undefined ? [] : [value]
  })
}
