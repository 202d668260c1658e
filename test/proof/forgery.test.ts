import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Pack } from '../../src/flow/remedy/prove.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { editRow, editSummary, filesOf, putRows, rowsIn, signAnew } from './forge.ts';
import { victims, writeIncident } from './incident.ts';
import { failuresOf, makePack, verifyBytes } from './pack.ts';
import { makeSigner } from './tools.ts';

/** Whoever has the operator's key signs what he likes. What he cannot have is rows that agree with one another. */
const signer = makeSigner();
let database: TestDatabase;
let pack: Pack;

before(async () => {
  database = await freshDatabase();
  await writeIncident(database.admin, victims(9));
  pack = await makePack(database, signer);
});
after(() => database.close());

type Files = ReturnType<typeof filesOf>;

function place(files: Files, table: Parameters<typeof rowsIn>[1], wanted: Readonly<Record<string, unknown>>): number {
  const at = rowsIn(files, table).findIndex((row) =>
    Object.entries(wanted).every(([name, value]) => row[name] === value),
  );
  assert.ok(at >= 0, `no row of ${table} is ${JSON.stringify(wanted)}`);
  return at;
}

function drop(files: Files, table: Parameters<typeof rowsIn>[1], wanted: Readonly<Record<string, unknown>>): void {
  const rows = rowsIn(files, table);
  rows.splice(place(files, table, wanted), 1);
  putRows(files, table, rows);
}

function twice(files: Files, table: Parameters<typeof rowsIn>[1], change: Readonly<Record<string, string>>): void {
  const rows = rowsIn(files, table);
  putRows(files, table, [...rows, { ...rows[0], ...change }]);
}

const PAID = { account_id: 'acc_001' };

/** Each forgery, and the check that must find it. */
const FORGERIES: readonly (readonly [check: string, forgery: string, forge: (files: Files) => void])[] = [
  ['every file is what the manifest says', 'a file more', (f) => f.set('rows/more.ndjson', Buffer.from('{}\n'))],
  ['every file is what the manifest says', 'a file less', (f) => f.delete('rows/lot.ndjson')],
  ['rows have the columns of their tables', 'a column more', (f) => editRow(f, 'lot', 0, { name: 'Maria' })],
  [
    'rows have the columns of their tables',
    'an amount as number',
    (f) => editRow(f, 'refund', 0, { amount_minor: 290 }),
  ],
  ['there is one incident', 'two incidents', (f) => twice(f, 'incident', { incident_id: 'inc_2' })],
  [
    'the scope has the digest that was frozen',
    'another amount',
    (f) => editRow(f, 'incident_finding', 0, { amount_minor: '999' }),
  ],
  ['the scope has the digest that was frozen', 'a finding less', (f) => drop(f, 'incident_finding', PAID)],
  [
    'reviews and outside looks are about rows that are there',
    'a look elsewhere',
    (f) => editRow(f, 'outside_look', 0, { rental_id: 'rnt_1' }),
  ],
  [
    'every plan has the digest of its rows',
    'another sum',
    (f) => editRow(f, 'remedy_plan_refund', 0, { amount_minor: '1' }),
  ],
  [
    'every plan has the digest of its rows',
    'more minutes',
    (f) => editRow(f, 'remedy_plan_account', 0, { minutes: 60 }),
  ],
  ['every plan has the digest of its rows', 'other sums', (f) => editRow(f, 'remedy_plan', 0, { sums: { EUR: '1' } })],
  [
    'another person than the planner decided, about this very digest',
    'one person',
    (f) => editRow(f, 'plan_decision', 0, { decided_by: 'st_anna' }),
  ],
  [
    'another person than the planner decided, about this very digest',
    'another digest',
    (f) => editRow(f, 'plan_decision', 0, { digest: 'f'.repeat(64) }),
  ],
  ['whoever approved had opened every sample before', 'not opened', (f) => drop(f, 'plan_sample_opened', PAID)],
  [
    'whoever approved had opened every sample before',
    'opened after',
    (f) => editRow(f, 'plan_sample_opened', 0, { opened_at: '2014-11-16T12:30:00.000Z' }),
  ],
  [
    'no campaign without an approval that still held',
    'refused',
    (f) => editRow(f, 'plan_decision', 0, { decision: 'refused' }),
  ],
  [
    'no campaign without an approval that still held',
    'lapsed',
    (f) => editRow(f, 'plan_decision', 0, { expires_at: '2014-11-16T12:30:00.000Z' }),
  ],
  [
    'nothing was sent before its plan was approved',
    'sent before',
    (f) => editRow(f, 'refund_attempt', 0, { sent_at: '2014-11-16T11:00:00.000Z' }),
  ],
  [
    'every refund is a row of an approved plan',
    'another channel',
    (f) => editRow(f, 'refund', 0, { channel: 'reversal' }),
  ],
  [
    'every refund is a row of an approved plan',
    'not planned',
    (f) => editRow(f, 'refund', 0, { liability_id: 'lia_x' }),
  ],
  ['a campaign that is done left no refund open', 'called done', (f) => editRow(f, 'campaign', 0, { state: 'done' })],
  [
    'what is owed is what was found, once for a payment',
    'owed twice',
    (f) => twice(f, 'liability', { liability_id: 'lia_x' }),
  ],
  [
    'no liability is discharged beyond what is owed',
    'paid twice',
    (f) => editRow(f, 'liability', place(f, 'liability', PAID), { elsewhere_minor: '290' }),
  ],
  [
    'what is discharged is the sum of the refunds that succeeded',
    'said to be paid',
    (f) => editRow(f, 'liability', place(f, 'liability', { account_id: 'acc_003' }), { refunded_minor: '348' }),
  ],
  [
    'a refund that succeeded has one attempt with evidence of its success',
    'said not to be paid',
    (f) => editRow(f, 'refund', place(f, 'refund', PAID), { state: 'failed' }),
  ],
  [
    'a refund that succeeded has one attempt with evidence of its success',
    'no evidence',
    (f) => drop(f, 'refund_evidence', PAID),
  ],
  [
    'a refund that succeeded has one attempt with evidence of its success',
    'no attempt',
    (f) => drop(f, 'refund_attempt', PAID),
  ],
  [
    'never both legs: the charge that stays is not given back',
    'both legs',
    (f) => editRow(f, 'liability', place(f, 'liability', PAID), { kept_payment_id: 'ch_acc_001_2' }),
  ],
  [
    'what is left of each rental pays its price',
    'both charges back',
    (f) => editRow(f, 'liability', place(f, 'liability', PAID), { refunded_minor: '580', owed_minor: '580' }),
  ],
  ['goodwill at most once for an account, as planned', 'two lots', (f) => twice(f, 'lot', { lot_id: 'lot_x' })],
  ['goodwill at most once for an account, as planned', 'more minutes', (f) => editRow(f, 'lot', 0, { minutes: 300 })],
  ['the entries come out even for each asset', 'an entry twice', (f) => twice(f, 'transfer', {})],
  ['goodwill at most once for an account, as planned', 'money as a gift', (f) => twice(f, 'transfer', GIFT)],
  [
    'the entries come out even for each asset',
    'nothing moves',
    (f) => editRow(f, 'transfer', 0, { credit: 'x', debit: 'x' }),
  ],
  [
    'every event of money is booked with the right lines',
    'not booked',
    (f) => drop(f, 'transfer', { kind: 'refund', account_id: 'acc_001' }),
  ],
  [
    'every event of money is booked with the right lines',
    'wrong line',
    (f) =>
      editRow(f, 'transfer', place(f, 'transfer', { kind: 'refund', account_id: 'acc_001' }), { credit: 'house_bank' }),
  ],
  ['every event of money is booked with the right lines', 'empty books', (f) => putRows(f, 'transfer', [])],
  [
    'every event of money is booked with the right lines',
    'minutes not booked',
    (f) => drop(f, 'transfer', { kind: 'minutes_granted', account_id: 'acc_001' }),
  ],
  [
    'every event of money is booked with the right lines',
    'never owed',
    (f) => drop(f, 'transfer', { kind: 'liability_recognized', account_id: 'acc_001' }),
  ],
  [
    'every entry belongs to an event of this incident',
    'a stray entry',
    (f) => twice(f, 'transfer', { source_ref: 'stripe:acct_1:re_x' }),
  ],
  [
    'what the books gave back is what the liabilities say',
    'not taken back',
    (f) => drop(f, 'transfer', { kind: 'refund_failed' }),
  ],
  ['every order to the bank is a refund of its amount', 'an order to nobody', (f) => putRows(f, 'bank_order', [ORDER])],
  [
    'what the bank booked is what was ordered, or nothing',
    'booked twice',
    (f) => {
      putRows(f, 'bank_order', [ORDER]);
      putRows(f, 'bank_movement', [MOVEMENT, { ...MOVEMENT, movement_id: 'mov_2' }]);
    },
  ],
  [
    'the audit chain leads to its signed checkpoints',
    'another actor',
    (f) => editRow(f, 'audit_entry', 0, { actor: 'st_carla' }),
  ],
  ['the audit chain leads to its signed checkpoints', 'a place less', (f) => drop(f, 'audit_seal', { position: 2 })],
  ['the audit chain leads to its signed checkpoints', 'no checkpoint', (f) => putRows(f, 'audit_checkpoint', [])],
  [
    'every audit entry has its place',
    'an entry more',
    (f) => {
      const rows = rowsIn(f, 'audit_entry');
      putRows(f, 'audit_entry', [...rows, { ...rows[0], entry_id: 99 }]);
    },
  ],
  [
    'decisions are in the audit log as they are in the plans',
    'decided by another',
    (f) => editRow(f, 'plan_decision', 0, { decided_by: 'st_carla' }),
  ],
  [
    'totals by another road equal those of the summary',
    'nicer totals',
    (f) => editSummary(f, (s) => ({ ...s, totals: { ...(s.totals as object), refunds: [] } })),
  ],
  [
    'the summary says what the rows say',
    'a nicer title',
    (f) => editSummary(f, (s) => ({ ...s, title: 'Nothing happened' })),
  ],
  ['the treatment for VAT follows from each finding', 'no credit note', (f) => f.set('vat.ndjson', Buffer.from(''))],
  [
    'the instructions are those of this format',
    'other instructions',
    (f) => f.set('README.txt', Buffer.from('Trust us.\n')),
  ],
];

const GIFT = {
  kind: 'goodwill',
  source_ref: 'inc_1',
  debit: 'house_goodwill',
  credit: 'account_credit',
  amount: '5000',
};

const ORDER = {
  end_to_end_id: 'e2e_1',
  file_id: 'fil_1',
  account_id: 'acc_001',
  plan_id: 'plan_1',
  liability_id: 'lia_acc_001',
  generation: 1,
  amount_minor: '290',
  currency: 'EUR',
  execute_on: '2014-11-17',
  promised_on: '2014-11-18',
};

const MOVEMENT = {
  movement_id: 'mov_1',
  file_id: 'fil_1',
  amount_minor: '-290',
  currency: 'EUR',
  booked_on: '2014-11-18',
  refs: ['e2e_1'],
  return_reason: null,
};

for (const [check, forgery, forge] of FORGERIES) {
  test(`${forgery}, signed anew, fails: ${check}`, () => {
    const files = filesOf(pack.bytes);
    forge(files);
    const failed = verifyBytes(signAnew(files, signer), signer).filter(({ passed }) => !passed);
    assert.ok(
      failed.some(({ name }) => name === check),
      failuresOf(failed).join('\n') || 'everything passed',
    );
  });
}

test('every check is seen to fail', () => {
  const seen = new Set(FORGERIES.map(([check]) => check));
  const names = verifyBytes(pack.bytes, signer).map(({ name }) => name);
  const elsewhere = ['the manifest can be read', 'the manifest is signed by a trusted key', 'the summary can be read'];
  const kept = 'the chain agrees with the checkpoints that were kept elsewhere';
  assert.deepEqual(
    names.filter((name) => !seen.has(name) && !elsewhere.includes(name) && name !== kept),
    [],
  );
});

test('a pack that another key signed, or that a kept checkpoint contradicts, fails', async () => {
  const other = makeSigner();
  const [, signed] = verifyBytes(pack.bytes, other);
  assert.equal(signed?.name, 'the manifest is signed by a trusted key');
  assert.equal(signed?.passed, false);
  const { rows } = await database.admin.query('select * from storno.audit_checkpoint');
  const kept = {
    position: Number(rows[0].position),
    fromPosition: Number(rows[0].from_position),
    formatVersion: 1,
    headHash: 'e'.repeat(64),
    merkleRoot: rows[0].merkle_root,
    signedAt: '2014-11-20T09:00:00.000000Z',
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    signature: rows[0].signature,
  };
  assert.match(
    failuresOf(verifyBytes(pack.bytes, signer, [kept])).join(),
    /had another hash when its checkpoint was kept/,
  );
});
