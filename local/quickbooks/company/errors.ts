/** `Service` was seen with code 4002. Compare types without case: they are not spelled alike everywhere. */
export type FaultType = 'ValidationFault' | 'SystemFault' | 'AuthenticationFault' | 'AuthorizationFault' | 'Service'

/** An error of the Accounting API as it stands in `Fault.Error[]`. Texts are Intuit's, word for word where recorded. */
export interface BusinessError {
  readonly Message: string
  readonly Detail?: string
  readonly code: string
  /** Absent where the recorded answers have none, empty where they have an empty one. */
  readonly element?: string
}

export const unknownProperty = (property: string, className: string, known: readonly string[]): BusinessError => ({
  Message: 'Request has invalid or unsupported property',
  Detail: `Property Name:Unrecognized field "${property}" (class com.intuit.schema.finance.v3.${className}), not marked as ignorable (${known.length} known properties: ${known.map((each) => `"${each}"`).join(', ')}) specified is unsupported or invalid`,
  code: '2010',
})

export const unreadableProperty = (reason: string): BusinessError => ({
  Message: 'Request has invalid or unsupported property',
  Detail: `Property Name:${reason} specified is unsupported or invalid`,
  code: '2010',
})

export const missingParameter = (parameter: string): BusinessError => ({
  Message: 'Required param missing, need to supply the required value for the API',
  Detail: `Required parameter ${parameter} is missing in the request`,
  code: '2020',
  element: parameter,
})

export const invalidNumber = (value: string, element = 'Id'): BusinessError => ({
  Message: 'Invalid ID',
  Detail: `${element} should be a valid number. Supplied value:${value}`,
  code: '2030',
  element,
})

export const invalidCharacters = (value: string, element: string): BusinessError => ({
  Message: 'Invalid String. The String may contain unsupported or illegal chars',
  Detail: `Element contains invalid characters. ${value}`,
  code: '2040',
  element,
})

export const wrongLength = (max: number, length: number, element: string): BusinessError => ({
  Message: 'String length is either shorter or longer than supported by specification',
  Detail: `String length specified does not match the supported length. Min:0 Max:${max} supported. Supplied length:${length}`,
  code: '2050',
  element,
})

export const invalidChoice = (value: string, element: string): BusinessError => ({
  Message: 'Invalid Enumeration',
  Detail: `Invalid Enumeration : ${value}`,
  code: '2170',
  element,
})

export const invalidUrl = (element: string): BusinessError => ({
  Message: 'Invalid URL',
  Detail: 'The URL is not in a valid format.',
  code: '2200',
  element,
})

export const invalidEmail = (element: string): BusinessError => ({
  Message: 'Invalid Email Address format',
  Detail: 'Email Address must contain an at sign and a period.',
  code: '2210',
  element,
})

export const invalidReference = (list: string, value: string): BusinessError => ({
  Message: 'Invalid Reference Id',
  Detail: `Invalid Reference Id : ${list} element id ${value} not found`,
  code: '2500',
  element: '',
})

export const STALE: BusinessError = {
  Message: 'Stale Object Error',
  Detail:
    'Stale Object Error : You and <user> were working on this at the same time. <user> finished before you did, so your work was not saved.',
  code: '5010',
  element: '',
}

export const NOT_FOUND: BusinessError = {
  Message: 'Object Not Found',
  Detail:
    "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.",
  code: '610',
  element: '',
}

export const PARENT_INVALID: BusinessError = {
  Message: 'Parent Reference Invalid',
  Detail: 'Parent Reference Invalid : The parent customer does not exist.',
  code: '700',
  element: 'ParentRef',
}

export const PARENT_IS_CHILD: BusinessError = {
  Message: 'Parent cannot be child',
  Detail: 'Parent cannot be child : A customer cannot be a sub-customer of itself or of one of its own sub-customers.',
  code: '900',
  element: 'ParentRef',
}

export const businessRule = (detail: string): BusinessError => ({
  Message: 'A business validation error has occurred while processing your request',
  Detail: `Business Validation Error: ${detail}`,
  code: '6000',
  element: '',
})

/** Reported word for word by several who met it, also for the home currency. */
export const MULTICURRENCY_OFF: BusinessError = businessRule(
  'Multi Currency should be enabled to perform this operation',
)

export const SUB_CUSTOMER_CURRENCY: BusinessError = businessRule(
  'The currency of a sub-customer must be that of its parent.',
)

export const PROJECT_FIXED: BusinessError = businessRule('A project cannot be renamed, moved or made inactive here.')

/** Intuit's help on merging: neither customer may have sub-customers or projects. */
export const HAS_SUBS: BusinessError = businessRule('Customers that have sub-customers or projects cannot be merged.')

export const FEATURE_OFF: BusinessError = {
  Message: 'Feature Not Supported Error',
  Detail: 'Feature Not Supported Error : This feature is not turned on in this company.',
  code: '5030',
  element: '',
}

export const NAME_MISSING: BusinessError = {
  Message: 'Name Required Error',
  Detail: 'At least one of Title, GivenName, MiddleName, FamilyName, Suffix or DisplayName is required.',
  code: '6080',
}

export const BILL_WITH_PARENT_FIXED: BusinessError = {
  Message: 'BillWithParent Error',
  Detail: 'BillWithParent cannot be changed while invoices are linked to the parent.',
  code: '6130',
  element: 'BillWithParent',
}

export const PARENT_REQUIRED: BusinessError = {
  Message: 'ParentRef Required Error',
  Detail: 'ParentRef is either required or not if Job is true or false.',
  code: '6150',
  element: 'Job',
}

export const TOO_DEEP: BusinessError = {
  Message: 'Sub Level Limit',
  Detail: 'Sub Level Limit : Sub-customers are limited to 5 levels.',
  code: '6180',
  element: 'ParentRef',
}

export const HAS_BALANCE: BusinessError = {
  Message: 'Delete List Has Balance Error',
  Detail:
    'The entity you are trying to delete has an open balance. : This customer cannot be deleted because it has a non-zero balance',
  code: '6220',
}

export const HAS_UNBILLED: BusinessError = {
  Message: 'Delete List Has Unbilled Charges Error',
  Detail: 'The entity you are trying to delete has unbilled charges.',
  code: '6280',
}

export const NAME_TAKEN: BusinessError = {
  Message: 'Duplicate Name Exists Error',
  Detail: 'The name supplied already exists. : null',
  code: '6240',
}

export const EMAIL_REQUIRED: BusinessError = {
  Message: 'Email Required Error',
  Detail: 'An email address is required when PreferredDeliveryMethod is Email.',
  code: '6420',
  element: 'PrimaryEmailAddr',
}

/** A bad path or operation; `what` is the path as QuickBooks repeats it. */
export const unsupportedOperation = (what: string): BusinessError => ({
  Message: 'Unsupported Operation',
  Detail: `Operation ${what} is not supported.`,
  code: '500',
})

export const DUPLICATE_REQUEST: BusinessError = {
  Message: 'Duplicate Request ID',
  Detail: 'Duplicate Request ID : The request id was used before with another request.',
  code: '600',
  element: '',
}

export const INVALID_REQUEST_ID: BusinessError = {
  Message: 'Invalid Request ID',
  Detail: 'Invalid Request ID : The request id is longer than supported.',
  code: '2130',
  element: 'requestid',
}

export const batchTooLarge = (most: number): BusinessError => ({
  Message: 'Batch size exceeds allowed limit',
  Detail: `Batch size exceeds allowed limit : at most ${most} items are allowed in a batch.`,
  code: '1040',
})

export const queryError = (code: '4000' | '4001', detail: string): BusinessError => ({
  Message: code === '4000' ? 'Error parsing query' : 'Invalid query',
  Detail: detail,
  code,
})
