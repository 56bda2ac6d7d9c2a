export type Operation = 'Create' | 'Update' | 'Delete' | 'Merge'

/** Something that happened to a record of a company: what webhooks are made of. */
export interface Change {
  readonly realmId: string
  readonly entity: 'Customer' | 'Vendor' | 'Employee'
  readonly id: string
  readonly operation: Operation
  /** Epoch milliseconds. */
  readonly time: number
  /** On a merge: the record that went into this one. */
  readonly deletedId?: string
  /** The client id of the app that wrote it; absent when a person did it in QuickBooks' own screens. */
  readonly byApp?: string
}

export type ChangeListener = (change: Change) => void
