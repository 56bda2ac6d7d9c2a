import type { AdminAct } from '#core/admin-acts'
import type { ContactEdit } from '#core/contact-edit'
import type { FieldEdits } from '#core/field-edits'
import type { PersonEdit } from '#core/people'
import type { SyncSettings } from '#core/policies'
import type {
  ConflictRow,
  Connection,
  Contact,
  ContactKind,
  ContactRow,
  Entity,
  JournalEntry,
  Mirror,
  MirrorRow,
  Outcome,
  Run,
  Slot,
  SlotValue,
} from '#core/records'
import type { Clock, Digest, ListPage, Signer } from '#sync/ports'
import type { PreviewItem } from '#sync/preview-item'
import type { VersionedSettings } from '#sync/settings'

export type Asker = Readonly<{ workspace: string; person: string }>
type Slice = Readonly<{ limit: number; after?: string }>

export type HeldFilter = 'notSynced' | 'all' | 'hidden'
export type ContactList = 'customers' | 'contacts' | 'all'

export type ImportRequest = Asker &
  Readonly<{
    entity: Entity
    as: 'account' | 'building'
    select:
      | Readonly<{ ids: readonly string[] }>
      | Readonly<{ filter: HeldFilter; search?: string; except?: readonly string[] }>
    sameName: 'ask' | 'link'
  }>

/** A document as text, and the same compressed by gzip, in base64. */
export type Document = Readonly<{ plain: string; gzipped: string }>

/** What the routes of the docs function show. */
export type DocsUses = Readonly<{ digest: Digest; document: Document }>

/** The use cases behind the routes of the admin function, with their ports already given. */
export type AdminUses = Readonly<{
  clock: Clock
  digest: Digest
  signer: Signer
  describeConnection(
    workspace: string,
  ): Promise<Readonly<{ connection?: Connection; usage: Readonly<{ month: string; reads: number; writes: number }> }>>
  startOnce(
    once: Readonly<{ workspace: string; key?: string; fingerprint: string }>,
    start: () => Promise<Run>,
  ): Promise<Run>
  /** `confirmGone`: a person has confirmed that QuickBooks really holds far fewer records than before. */
  startPull(request: Asker & Readonly<{ confirmGone: boolean }>): Promise<Run>
  startImport(request: ImportRequest): Promise<Run>
  getRun(workspace: string, id: string): Promise<Run>
  listRuns(workspace: string, slice: Slice): Promise<ListPage<Run>>
  listOutcomes(workspace: string, runId: string, slice: Slice): Promise<ListPage<Outcome>>
  cancelRun(workspace: string, runId: string): Promise<Run>
  timeLeftMs(run: Run, nowMs: number): number | undefined
  listHeld(
    query: Slice & Readonly<{ workspace: string; entity: Entity; filter: HeldFilter; search?: string }>,
  ): Promise<ListPage<MirrorRow>>
  getHeld(workspace: string, entity: Entity, id: string): Promise<Mirror>
  listContacts(
    query: Slice & Readonly<{ workspace: string; list: ContactList; includeArchived: boolean; search?: string }>,
  ): Promise<ListPage<ContactRow>>
  getContact(workspace: string, id: string): Promise<Contact>
  recordOf(workspace: string, contact: Contact): Promise<Mirror | undefined>
  contactHistory(workspace: string, id: string, slice: Slice): Promise<ListPage<JournalEntry>>
  createContact(
    request: Asker &
      Readonly<{
        kind: ContactKind
        isCustomer: boolean
        fields: FieldEdits
        parentId?: string
        people?: readonly PersonEdit[]
        currency?: string
      }>,
  ): Promise<Contact>
  newJob(request: Asker & Readonly<{ parentId: string; fields: FieldEdits }>): Promise<Contact>
  updateContact(request: Asker & Readonly<{ id: string; version: number; edit: ContactEdit }>): Promise<Contact>
  listConflicts(query: Slice & Readonly<{ workspace: string }>): Promise<ListPage<ConflictRow>>
  resolveConflict(
    request: Asker &
      Readonly<{
        contactId: string
        slot: Slot
        take: 'crm' | 'quickbooks' | Readonly<{ value: SlotValue }>
        seen: Readonly<{ crm: SlotValue; quickbooks: SlotValue }>
      }>,
  ): Promise<Contact>
  resolveHold(request: Asker & Readonly<{ contactId: string; take: 'unlink' | 'takeOver' }>): Promise<Contact>
  resolveConflicts(
    request: Asker & Readonly<{ policy: 'crm' | 'quickbooks' | 'newest'; slot?: Slot }>,
  ): Promise<Readonly<{ resolved: number; left: number; isDone: boolean }>>
  startSync(asker: Asker): Promise<Run>
  startContactSync(request: Asker & Readonly<{ contactId: string }>): Promise<Run>
  startPreview(asker: Asker): Promise<Run>
  getPreview(workspace: string, id: string): Promise<Run>
  listPreview(workspace: string, id: string, slice: Slice): Promise<ListPage<PreviewItem>>
  applyPreview(request: Asker & Readonly<{ previewId: string; except: readonly string[] }>): Promise<Run>
  startUndo(request: Asker & Readonly<{ runId: string }>): Promise<Run>
  getSettings(workspace: string): Promise<VersionedSettings>
  saveSettings(request: Asker & Readonly<{ settings: SyncSettings; version: number }>): Promise<VersionedSettings>
  listAdminActs(workspace: string, slice: Slice): Promise<ListPage<AdminAct>>
}>

export type Addresses = Readonly<{ publicUrl: string; consoleUrl?: string | undefined }>

/** The use cases behind the routes of the oauth function. */
export type ConnectUses = Readonly<{
  /** Where the API is found, and the console if there is one. */
  addresses: Addresses
  beginConnect(asker: Asker): Promise<Readonly<{ url: string; expiresAt: string }>>
  takeConsent(
    came: Readonly<{ state?: string; code?: string; realmId?: string; error?: string }>,
  ): Promise<Asker & Readonly<{ realmId: string; code: string; confirmBy: string }>>
  confirmConnect(
    request: Asker & Readonly<{ code: string }>,
  ): Promise<Asker & Readonly<{ realmId: string; companyName?: string }>>
  disconnect(asker: Asker): Promise<Readonly<{ workspace: string; realmId: string; revoked: boolean; reason?: string }>>
}>

/** What the webhook's route needs: the check, the reading, and what becomes of what was read. */
export type WebhookUses = Readonly<{
  isSigned(body: Uint8Array, signature: string | undefined): Promise<boolean>
  /** Takes a verified delivery in. */
  takeIn(body: Uint8Array): Promise<void>
}>
