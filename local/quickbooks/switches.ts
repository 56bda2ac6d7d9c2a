/**
 * Every point on which Intuit's documentation is silent, or reports differ. Each is a switch, so that whoever writes
 * against QuickBooks can be shown to be right under every position. The first position is not always the default.
 */
const declare = <const Name extends string, const Positions extends readonly [string, ...string[]]>(
  name: Name,
  question: string,
  positions: Positions,
  byDefault: Positions[number],
) => ({ name, question, positions, default: byDefault })

const SWITCHES = [
  // Names, deactivation, hierarchy (Customer)
  declare(
    'deactivation-event',
    'Which operation does a webhook name when a record is made inactive?',
    ['Update', 'Delete'],
    'Update',
  ),
  declare(
    'reactivate-suffix',
    'Does " (deleted)" come off by itself when a record is made active again?',
    ['removed', 'stays'],
    'removed',
  ),
  declare(
    'second-deactivation-name',
    'Which mark gets an X that is made inactive where "X (deleted)" exists already: " (deleted-1)", " (deleted)" again, " (deleted) (2)", or is it refused?',
    ['dashed', 'same', 'numbered', 'refused'],
    'dashed',
  ),
  declare(
    'deactivate-parent',
    'What does deactivating a customer with active sub-customers do?',
    ['cascade', 'alone', 'refused'],
    'cascade',
  ),
  declare(
    'sparse-unparent',
    'Can a sparse update with Job false and ParentRef null make a sub-customer top level?',
    ['refused', 'works'],
    'refused',
  ),
  declare(
    'child-path-bumps',
    "What moves on a sub-customer when its FullyQualifiedName changes with its parent's?",
    ['nothing', 'time', 'token-and-time'],
    'nothing',
  ),
  declare(
    'child-path-events',
    "Does a sub-customer whose FullyQualifiedName changed with its parent's emit an event?",
    ['no', 'yes'],
    'no',
  ),
  declare(
    'full-update-omitted-active',
    'What does a full update without Active do to an inactive record?',
    ['keeps', 'activates'],
    'keeps',
  ),
  declare(
    'sparse-rename-print-name',
    'Does a PrintOnCheckName that nobody chose follow a sparse update which changes what it is made of?',
    ['stays', 'follows'],
    'stays',
  ),
  declare(
    'project-writes',
    'What does an update over the Accounting API that renames, moves or (de)activates a project do?',
    ['refused', 'taken'],
    'refused',
  ),
  // Currency
  declare(
    'home-currency-ref',
    'Is CurrencyRef of the home currency taken at creation in a company without multicurrency?',
    ['taken', 'refused'],
    'taken',
  ),
  declare(
    'sub-customer-currency',
    "Is a sub-customer with another currency than its parent's refused or taken?",
    ['refused', 'taken'],
    'refused',
  ),
  declare(
    'sub-customer-currency-omitted',
    'Which currency gets a sub-customer that is created without CurrencyRef?',
    ['home', 'parents'],
    'home',
  ),
  declare(
    'home-among-currencies',
    'Does the list of CompanyCurrency hold the home currency too?',
    ['left-out', 'listed'],
    'left-out',
  ),
  declare(
    'currencies-without-multicurrency',
    'What does a query for CompanyCurrency get in a company without multicurrency?',
    ['nothing', 'refused'],
    'nothing',
  ),
  declare(
    'spaces-in-names',
    'Is a display name with outer or doubled spaces taken, refused, or refused where another differs by them only?',
    ['taken', 'refused', 'refused-if-alike'],
    'taken',
  ),
  // Updates
  declare(
    'sparse-nested',
    'Is a nested object in a sparse update replaced as a whole, or merged?',
    ['replaced', 'merged'],
    'replaced',
  ),
  declare(
    'emptied-address',
    'Does an address that an update empties go, or stay as it was?',
    ['goes', 'stays'],
    'goes',
  ),
  declare(
    'country-iso',
    'Does Customer return the country of an address as an ISO-3 code?',
    ['as-sent', 'iso3'],
    'as-sent',
  ),
  declare('address-geo', 'Does Customer return Lat and Long of an address?', ['omitted', 'returned'], 'omitted'),
  declare(
    'empty-address',
    'What has a customer without an address that a person made, or whose address was emptied: none, or its Id alone?',
    ['only-id', 'omitted'],
    'only-id',
  ),
  declare(
    'answers-differ',
    'Do queries leave DefaultTaxCodeRef of some customers out, and reads BillRate and V4IDPseudonym of some vendors?',
    ['no', 'yes'],
    'no',
  ),
  declare(
    'unknown-properties',
    'Have customers a property that no documentation knows, and that a full update without it clears?',
    ['none', 'one'],
    'none',
  ),
  declare(
    'newer-fields',
    'Are ClientEntityId, IsProject and V4IDPseudonym part of a customer?',
    ['omitted', 'returned'],
    'omitted',
  ),
  // LastUpdatedTime
  declare(
    'query-time',
    'Does a query show the LastUpdatedTime that a read shows, or that of the last edit alone?',
    ['same-as-read', 'last-edit'],
    'same-as-read',
  ),
  declare(
    'invoice-moves-ancestors',
    "Does an invoice for a sub-customer move its parents' LastUpdatedTime too?",
    ['no', 'yes'],
    'no',
  ),
  declare(
    'new-sub-moves-ancestors',
    "Does a new sub-customer move the LastUpdatedTime of its grandparents too, beside its parent's?",
    ['no', 'yes'],
    'no',
  ),
  declare(
    'new-sub-emits-parent',
    'Does a new sub-customer emit an event for its parent, whose LastUpdatedTime it moves?',
    ['no', 'yes'],
    'no',
  ),
  declare(
    'write-times',
    'Do the time of an answer, CreateTime and LastUpdatedTime lie apart, as in recordings, or are they one moment?',
    ['apart', 'one-moment'],
    'apart',
  ),
  declare('invoice-emits-customer', 'Does an invoice emit an event for its customer?', ['no', 'yes'], 'no'),
  declare('merge-bumps', 'What moves on the survivor of a merge?', ['time', 'token-and-time'], 'time'),
  declare('merged-record', 'What becomes of the record that is merged into another?', ['inactive', 'gone'], 'inactive'),
  declare(
    'merge-with-subs',
    'Is a merge in which either customer has sub-customers or projects refused, or do the subs move to the survivor?',
    ['refused', 'moved'],
    'refused',
  ),
  // Query
  declare('max-results', 'What does MAXRESULTS above 1000 do?', ['capped', 'refused'], 'capped'),
  declare('query-not', 'Are != and NOT accepted in a query?', ['refused', 'accepted'], 'refused'),
  // CDC
  declare(
    'cdc-deactivated',
    'What does CDC send for a record that was made inactive?',
    ['entity', 'tombstone'],
    'entity',
  ),
  declare(
    'cdc-look-back',
    'What does CDC do with changedSince more than 30 days ago?',
    ['error', 'truncated', 'full'],
    'error',
  ),
  declare(
    'cdc-since',
    'Is a change at exactly changedSince part of the answer?',
    ['inclusive', 'exclusive'],
    'inclusive',
  ),
  declare('cdc-order', 'Which changes are left out when CDC cuts at 1000?', ['newest', 'oldest'], 'newest'),
  declare(
    'cdc-total-count',
    'Has a part of CDC with entities a totalCount beside its startPosition?',
    ['absent', 'present'],
    'absent',
  ),
  // Batch
  declare('batch-size', 'How many items may a batch have?', ['30', '10'], '30'),
  // requestid
  declare(
    'requestid-retention',
    'How long is the answer to a requestid kept?',
    ['day', 'hour', 'forever', 'never'],
    'day',
  ),
  declare(
    'requestid-mismatch',
    'What does a requestid that was used with another body get?',
    ['stored-answer', 'error-600'],
    'stored-answer',
  ),
  declare(
    'requestid-errors',
    'Is an error replayed to the same requestid, or is the request run again?',
    ['run-again', 'replayed'],
    'run-again',
  ),
  // Gateway
  declare(
    'concurrent-limit',
    'Does more than 10 requests in flight for a realm and app get 429?',
    ['off', 'on'],
    'off',
  ),
  declare('cdc-metered', 'Does a CDC call count as a metered read?', ['yes', 'no'], 'yes'),
  declare('batch-query-metered', 'Does a query inside a batch count as a metered read?', ['yes', 'no'], 'yes'),
  declare('sandbox-metered', 'Are calls to sandbox companies counted as if they were production?', ['no', 'yes'], 'no'),
  declare(
    'version-headers',
    'How often have good answers qbo-version, service-time and cache-control?',
    ['sometimes', 'always', 'never'],
    'sometimes',
  ),
  declare('system-fault-status', 'With which status does a SystemFault (10000) come?', ['500', '200'], '500'),
  // OAuth
  declare(
    'refresh-token-life',
    'How long does the value of a refresh token live from its issue (8726400 s as recorded, 8640000 s in prose)?',
    ['101-days', '100-days'],
    '101-days',
  ),
  declare(
    'old-refresh-token',
    'How long does the old value of a rotated refresh token still work?',
    ['dies-at-once', '60-seconds-grace', '24-hours-grace'],
    'dies-at-once',
  ),
  declare(
    'refresh-token-reuse',
    'What does a rotated or concurrently used refresh token do to the connection?',
    ['revokes', 'refuses'],
    'revokes',
  ),
  declare(
    'concurrent-refresh',
    'When do two refreshes with one value count as concurrent?',
    ['while-answering', 'within-a-second', 'never'],
    'while-answering',
  ),
  declare('code-reuse', 'What does exchanging a code twice do to the connection?', ['revokes', 'refuses'], 'revokes'),
  declare(
    'reconnect',
    'Does a new consent end the tokens of an earlier one for the same app and company?',
    ['adds', 'replaces'],
    'adds',
  ),
  declare(
    'revoked-token',
    'What does the API answer to an access token whose connection was revoked?',
    ['403', '401'],
    '403',
  ),
  declare('invalid-client-status', 'With which status does a wrong client id or secret come?', ['401', '400'], '401'),
  declare('invalid-grant-body', 'Does invalid_grant come with an error_description?', ['bare', 'described'], 'bare'),
  // Webhooks
  declare('self-echo', 'Does an app get notified of its own writes?', ['yes', 'no'], 'yes'),
  declare(
    'event-format',
    'Which body do notifications have (a toggle in the portal until 2026)?',
    ['cloudevents', 'legacy'],
    'cloudevents',
  ),
  declare(
    'event-time',
    'How precise is the time of a CloudEvent?',
    ['varying', 'seconds', 'milliseconds', 'nanoseconds'],
    'varying',
  ),
  declare(
    'event-id',
    'Which form has the id of a CloudEvent: a UUID, with entity and id behind it, or with another name behind no UUID?',
    ['varying', 'uuid', 'uuid-entity-id', 'other-name'],
    'varying',
  ),
  declare('event-data-content-type', 'Has a CloudEvent datacontenttype?', ['present', 'absent'], 'present'),
  declare(
    'event-alternative-ids',
    'Does the data of a CloudEvent hold alternative_ids?',
    ['absent', 'present'],
    'absent',
  ),
  declare('event-content-type', 'With which content type do CloudEvents come?', ['json', 'cloudevents'], 'json'),
  declare('event-data', 'What does the data of a CloudEvent hold?', ['hint', 'entity'], 'hint'),
  declare('legacy-time', 'How is lastUpdated of a legacy notification written?', ['utc', 'offset'], 'utc'),
  declare(
    'legacy-deleted-id',
    'How is the property of the loser spelled in a legacy merge?',
    ['deletedId', 'deletedID'],
    'deletedId',
  ),
  declare(
    'delivery-companies',
    'Does one delivery hold events of one company, or of several?',
    ['one', 'several'],
    'one',
  ),
  declare(
    'head-of-line',
    'Are later events withheld until a failed delivery is acknowledged?',
    ['withheld', 'sent'],
    'withheld',
  ),
] as const

type Declared = (typeof SWITCHES)[number]
export type SwitchName = Declared['name']
export type SwitchPosition<Name extends SwitchName> = Extract<Declared, { name: Name }>['positions'][number]
/** The switches to set away from their defaults. */
export type SwitchOverrides = { readonly [Name in SwitchName]?: SwitchPosition<Name> }

export interface SwitchState {
  readonly name: string
  readonly question: string
  readonly positions: readonly string[]
  readonly default: string
  readonly current: string
}

export interface Switches {
  get<Name extends SwitchName>(name: Name): SwitchPosition<Name>
  /** Sets by names that come from outside; throws an Error that names the known ones if it knows no such. */
  set(name: string, position: string): void
  list(): readonly SwitchState[]
}

/** Creates the switches at their defaults, then applies the overrides. */
export function createSwitches(overrides: SwitchOverrides = {}): Switches {
  const current = new Map<string, string>(SWITCHES.map((each) => [each.name, each.default]))
  const set = (name: string, position: string): void => {
    const known = SWITCHES.find((each) => each.name === name)
    if (known === undefined) {
      throw new Error(`There is no switch "${name}". Known are: ${SWITCHES.map((each) => each.name).join(', ')}.`)
    }
    const positions: readonly string[] = known.positions
    if (!positions.includes(position)) {
      throw new Error(`Switch "${name}" has no position "${position}". It has: ${positions.join(', ')}.`)
    }
    current.set(name, position)
  }
  for (const [name, position] of Object.entries(overrides)) set(name, position)
  return {
    get<Name extends SwitchName>(name: Name): SwitchPosition<Name> {
      // `set` admits nothing but declared positions, which the compiler cannot see through a Map of strings.
      return current.get(name) as SwitchPosition<Name>
    },
    set,
    list: () => SWITCHES.map((each) => ({ ...each, current: current.get(each.name) ?? each.default })),
  }
}
