import * as z from 'zod'

/** How notifications travel: what QuickBooks leaves open, made settable. Shares lie in 0…1, drawn from the seed. */
const webhookSettingsSchema = z.strictObject({
  /** Milliseconds from a change to its first delivery, drawn evenly between the two. */
  delayMs: z
    .strictObject({ min: z.number().min(0), max: z.number().min(0) })
    .refine(({ min, max }) => min <= max, 'min must not be above max'),
  /** Changes are gathered into windows of this many milliseconds before they are sent. 0: as they come. */
  gatherMs: z.number().min(0),
  /** Share of events that never arrive. */
  lossShare: z.number().min(0).max(1),
  /** Share of deliveries that come twice. */
  duplicateShare: z.number().min(0).max(1),
  /** Share of events that are held back by up to `reorderMs`, so that later ones overtake them. */
  reorderShare: z.number().min(0).max(1),
  reorderMs: z.number().min(0),
})
export type WebhookSettings = z.infer<typeof webhookSettingsSchema>

export const webhookChangesSchema = webhookSettingsSchema.partial()
export type WebhookChanges = z.infer<typeof webhookChangesSchema>

/** A faithful network: everything arrives once, in order, at once. */
export const DEFAULT_WEBHOOK_SETTINGS: WebhookSettings = {
  delayMs: { min: 0, max: 0 },
  gatherMs: 0,
  lossShare: 0,
  duplicateShare: 0,
  reorderShare: 0,
  reorderMs: 60_000,
}

/** The settings with what is named changed. */
export function changed(settings: WebhookSettings, to: WebhookChanges): WebhookSettings {
  return {
    delayMs: to.delayMs ?? settings.delayMs,
    gatherMs: to.gatherMs ?? settings.gatherMs,
    lossShare: to.lossShare ?? settings.lossShare,
    duplicateShare: to.duplicateShare ?? settings.duplicateShare,
    reorderShare: to.reorderShare ?? settings.reorderShare,
    reorderMs: to.reorderMs ?? settings.reorderMs,
  }
}
