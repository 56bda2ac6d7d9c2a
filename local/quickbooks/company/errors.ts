/** An error of the Accounting API as it stands in `Fault.Error[]`; HTTP 400 unless `status` says otherwise. */
export interface BusinessError {
  readonly Message: string
  readonly Detail?: string
  readonly code: string
  /** Absent where the recorded answers have none, empty where they have an empty one. */
  readonly element?: string
}

export type FaultType = 'ValidationFault' | 'SystemFault' | 'AuthenticationFault' | 'AuthorizationFault'
