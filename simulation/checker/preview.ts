import type { JournalEntry, Outcome } from '#core/records'

/**
 * Promise 8: what the preview shows is what is done. Whatever the applying run journalled was shown, for a contact that
 * was not taken out, in that slot and with that value.
 */
export function* brokenPreview(
  workspace: string,
  runId: string,
  shown: readonly Outcome[],
  except: readonly string[],
  history: readonly JournalEntry[],
): Iterable<string> {
  const items = new Map(shown.map((item) => [item.recordId, item]))
  for (const { contactId, runId: of, side, changes } of history) {
    if (of !== runId) continue
    const item = items.get(contactId)
    if (item === undefined || except.includes(contactId)) {
      yield `${workspace}: the run ${runId} changed contact ${contactId}, which its preview did not show or which was taken out`
      continue
    }
    const text = JSON.stringify(item)
    for (const { field, to } of changes) {
      // Links and kinds follow from what was shown; what was shown names slots and values.
      if (field === 'link' || field === 'kind' || field === 'hold' || field === 'parentId' || field === 'archived')
        continue
      const isShown = text.includes(`"${field}"`) && (to === undefined || text.includes(JSON.stringify(to)))
      if (!isShown && side === 'crm')
        yield `${workspace}: the run ${runId} changed ${field} of contact ${contactId}, which its preview did not show`
    }
  }
}
