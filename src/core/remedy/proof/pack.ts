import { canonicalText, type Json } from './canonical.ts';

/** The form of an evidence pack. Another form gets another number; packs are verified for ever. */
export const PACK_FORMAT = 1;

/**
 * What a column of a pack holds. `amount` is a whole number as text, of minor units or of an asset's smallest unit;
 * `instant` is RFC 3339 in UTC.
 */
export type ColumnKind = 'text' | 'text?' | 'whole' | 'whole?' | 'amount' | 'instant' | 'instant?' | 'day' | 'json';

export type Columns = Readonly<Record<string, ColumnKind>>;

/** One row of a file of a pack, as it is written: one canonical line. */
export type PackRow = Readonly<Record<string, Json>>;

/**
 * The files of rows in a pack, with their columns: those of the tables whose names they bear. Persons, addresses and
 * accounts at banks are in none of them. Who works here is an id.
 */
export const PACK_TABLES = {
  incident: {
    incident_id: 'text',
    title: 'text',
    source: 'text',
    affected_from: 'instant?',
    affected_to: 'instant?',
    charged_from: 'instant?',
    charged_to: 'instant?',
    look_back_from: 'instant',
    look_back_reason: 'text',
    scope_query: 'json',
    scope_digest: 'text',
    findings: 'whole',
    accounts: 'whole',
    diagnosis: 'json',
    opened_by: 'text',
    opened_at: 'instant',
  },
  incident_finding: {
    account_id: 'text',
    finding_id: 'text',
    class: 'text',
    grade: 'text',
    rental_id: 'text?',
    provider: 'text',
    merchant_account: 'text',
    payment_id: 'text?',
    kept_payment_id: 'text?',
    amount_minor: 'amount',
    refund_due_minor: 'amount',
    currency: 'text',
    reason: 'text',
    evidence: 'json',
  },
  finding_review: {
    account_id: 'text',
    finding_id: 'text',
    ordinal: 'whole',
    verdict: 'text',
    reason: 'text',
    reviewed_by: 'text',
    reviewed_at: 'instant',
  },
  assumption: {
    ordinal: 'whole',
    text: 'text',
    direction: 'text',
    evidence: 'text',
    recorded_by: 'text',
    recorded_at: 'instant',
  },
  complaint: { account_id: 'text', complaint_id: 'text', received_at: 'instant', recorded_at: 'instant' },
  victim_list: { list_id: 'text', sha256: 'text', imported_by: 'text', imported_at: 'instant' },
  victim: { list_id: 'text', line: 'whole', payment_id: 'text', amount_minor: 'amount', currency: 'text' },
  outside_sample: { account_id: 'text', rental_id: 'text', stratum: 'text', evidence: 'json' },
  outside_look: {
    account_id: 'text',
    rental_id: 'text',
    verdict: 'text',
    note: 'text',
    looked_by: 'text',
    looked_at: 'instant',
  },
  prevention: {
    measure: 'text',
    ordinal: 'whole',
    test: 'text',
    state: 'text',
    recorded_by: 'text',
    recorded_at: 'instant',
  },
  incident_closure: { remains: 'json', closed_by: 'text', closed_at: 'instant' },
  remedy_policy: { version: 'whole', body: 'json', digest: 'text', recorded_by: 'text', recorded_at: 'instant' },
  remedy_plan: {
    plan_id: 'text',
    policy_version: 'whole',
    digest: 'text',
    basis_digest: 'text',
    accounts: 'whole',
    refunds: 'whole',
    sums: 'json',
    minutes: 'json',
    samples: 'whole',
    planned_by: 'text',
    planned_at: 'instant',
  },
  remedy_plan_account: {
    account_id: 'text',
    plan_id: 'text',
    market: 'text',
    minutes: 'whole',
    goodwill_minor: 'amount',
    currency: 'text',
    valid_days: 'whole',
    letter: 'text',
  },
  remedy_plan_refund: {
    account_id: 'text',
    plan_id: 'text',
    liability_id: 'text',
    channel: 'text',
    amount_minor: 'amount',
    currency: 'text',
  },
  remedy_plan_exclusion: {
    account_id: 'text',
    plan_id: 'text',
    finding_id: 'text',
    amount_minor: 'amount',
    currency: 'text',
    reason: 'text',
  },
  plan_sample: { account_id: 'text', plan_id: 'text' },
  plan_sample_opened: { account_id: 'text', plan_id: 'text', opened_by: 'text', opened_at: 'instant' },
  plan_decision: {
    plan_id: 'text',
    digest: 'text',
    planned_by: 'text',
    samples: 'whole',
    decision: 'text',
    reason: 'text',
    decided_by: 'text',
    decided_at: 'instant',
    expires_at: 'instant',
  },
  campaign: {
    campaign_id: 'text',
    plan_id: 'text',
    digest: 'text',
    decision: 'text',
    state: 'text',
    reason: 'text',
    canary: 'whole?',
    per_ten_seconds: 'whole',
    halt_failures: 'whole',
    version: 'whole',
    started_by: 'text',
    started_at: 'instant',
    changed_by: 'text',
    changed_at: 'instant',
  },
  liability: {
    account_id: 'text',
    liability_id: 'text',
    finding_id: 'text',
    kind: 'text',
    provider: 'text',
    merchant_account: 'text',
    payment_id: 'text',
    kept_payment_id: 'text?',
    rental_id: 'text?',
    owed_minor: 'amount',
    currency: 'text',
    reserved_minor: 'amount',
    refunded_minor: 'amount',
    transferred_minor: 'amount',
    credited_minor: 'amount',
    elsewhere_minor: 'amount',
    unpayable_minor: 'amount',
    version: 'whole',
    recorded_at: 'instant',
  },
  liability_unpayable: {
    account_id: 'text',
    liability_id: 'text',
    amount_minor: 'amount',
    currency: 'text',
    reason: 'text',
    decided_by: 'text',
    decided_at: 'instant',
  },
  refund: {
    account_id: 'text',
    plan_id: 'text',
    liability_id: 'text',
    channel: 'text',
    amount_minor: 'amount',
    currency: 'text',
    provider: 'text',
    merchant_account: 'text',
    payment_id: 'text',
    state: 'text',
    reason: 'text',
    accepted_at: 'instant?',
    succeeded_at: 'instant?',
    watched_until: 'instant?',
    recorded_at: 'instant',
  },
  refund_attempt: {
    account_id: 'text',
    plan_id: 'text',
    liability_id: 'text',
    generation: 'whole',
    idempotency_key: 'text',
    request_digest: 'text',
    state: 'text',
    sent_at: 'instant',
    horizon_at: 'instant',
    provider_ref: 'text?',
    failure_code: 'text?',
  },
  refund_evidence: {
    account_id: 'text',
    plan_id: 'text',
    liability_id: 'text',
    version: 'whole',
    generation: 'whole',
    source: 'text',
    outcome: 'text',
    provider_ref: 'text?',
    code: 'text?',
    detail: 'text',
    seen_at: 'instant',
  },
  transfer: {
    account_id: 'text',
    kind: 'text',
    source_ref: 'text',
    debit: 'text',
    credit: 'text',
    dimension: 'text',
    asset: 'text',
    amount: 'amount',
    corrects: 'text?',
    happened_at: 'instant',
    recorded_at: 'instant',
  },
  lot: {
    account_id: 'text',
    lot_id: 'text',
    market: 'text',
    minutes: 'whole',
    remaining: 'whole',
    valid_from: 'instant',
    last_day: 'day',
    expires_at: 'instant',
    source: 'text',
    recorded_at: 'instant',
  },
  letter: {
    account_id: 'text',
    letter_id: 'text',
    kind: 'text',
    occurrence: 'whole',
    locale: 'text',
    state: 'text',
    content_digest: 'text?',
    sent_at: 'instant?',
    recorded_at: 'instant',
  },
  settlement: {
    provider: 'text',
    merchant_account: 'text',
    line_id: 'text',
    payment_id: 'text',
    kind: 'text',
    amount_minor: 'amount',
    fee_minor: 'amount',
    currency: 'text',
    booked_at: 'instant',
  },
  bank_file: {
    file_id: 'text',
    direction: 'text',
    kind: 'text',
    message_id: 'text',
    sha256: 'text',
    payments: 'whole',
    recorded_at: 'instant',
  },
  bank_order: {
    end_to_end_id: 'text',
    file_id: 'text',
    account_id: 'text',
    plan_id: 'text',
    liability_id: 'text',
    generation: 'whole',
    amount_minor: 'amount',
    currency: 'text',
    execute_on: 'day',
    promised_on: 'day',
  },
  /** Of its references only those of our own orders: others may be words of a customer. */
  bank_movement: {
    movement_id: 'text',
    file_id: 'text',
    amount_minor: 'amount',
    currency: 'text',
    booked_on: 'day',
    refs: 'json',
    return_reason: 'text?',
  },
  bank_match: {
    match_id: 'text',
    expectation_ids: 'json',
    movement_ids: 'json',
    reason: 'text',
    decided_by: 'text',
    decided_at: 'instant',
  },
  audit_entry: {
    entry_id: 'whole',
    account_id: 'text',
    incident_id: 'text?',
    happened_at: 'instant',
    actor: 'text',
    action: 'text',
    subject: 'text',
    payload: 'json',
  },
  audit_seal: { position: 'whole', entry_id: 'whole', format_version: 'whole', prev_hash: 'text', hash: 'text' },
  audit_checkpoint: {
    position: 'whole',
    from_position: 'whole',
    format_version: 'whole',
    head_hash: 'text',
    merkle_root: 'text',
    signed_at: 'instant',
    key_id: 'text',
    public_key: 'text',
    signature: 'text',
  },
} as const satisfies Readonly<Record<string, Columns>>;

export type PackTable = keyof typeof PACK_TABLES;

export const PACK_TABLE_NAMES = Object.keys(PACK_TABLES) as readonly PackTable[];

/** All rows of a pack, table by table. */
export type PackRows = Readonly<Record<PackTable, readonly PackRow[]>>;

/** Where the rows of a table stand in a pack. */
export function fileOf(table: PackTable): string {
  return `rows/${table}.ndjson`;
}

/** What does not hold rows. VAT has one line a finding. */
export const VAT_FILE = 'vat.ndjson';
export const SUMMARY_FILE = 'summary.json';
export const README_FILE = 'README.txt';
export const PDF_FILE = 'summary.pdf';
export const KEY_FILE = 'public-key.pem';
export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.sig';

/** Files that the manifest names; every pack has all of them and no others. */
export const LISTED_FILES: readonly string[] = [
  ...PACK_TABLE_NAMES.map(fileOf),
  VAT_FILE,
  SUMMARY_FILE,
  README_FILE,
  PDF_FILE,
  KEY_FILE,
];

export interface Manifest {
  readonly format: number;
  readonly incidentId: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly keyId: string;
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  readonly name: string;
  /** Lines; null where it holds none. */
  readonly rows: number | null;
  readonly bytes: number;
  readonly sha256: string;
}

/** The manifest as it is written and signed: one canonical line. */
export function manifestText({ format, incidentId, createdAt, keyId, files }: Manifest): string {
  return `${canonicalText({
    format,
    incident_id: incidentId,
    created_at: createdAt,
    key_id: keyId,
    files: files.map(({ name, rows, bytes, sha256 }) => ({ name, rows, bytes, sha256 })),
  })}\n`;
}

/** Rows as they are written, in the order of their texts: the same rows make the same bytes, whoever sorted them. */
export function linesOf(rows: readonly PackRow[]): string {
  return rows
    .map((row) => `${canonicalText(row)}\n`)
    .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
    .join('');
}
