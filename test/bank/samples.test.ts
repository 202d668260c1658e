/**
 * Published bank files that are not in this repository: each is read or refused, and every cent of it is explained or
 * named. They lie in `../shared/data` beside the checkout; where they are absent, the tests say so and are skipped.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sayMoney } from '../../src/core/kernel/money.ts';
import { checkStatement, type StatementBreak } from '../../src/core/remedy/check-statement.ts';
import { type BankFile, readBankFileAt } from '../../src/world/bank/read-bank-file.ts';

const SAMPLES = join(import.meta.dirname, '../../../shared/data/iso20022/samples');

/** What is known of each: [entries, payments within them, breaks], a refusal, or the statuses. */
const EXPECTED: Readonly<Record<string, string>> = {
  'bad/genkgo-camt053.v2.wrong.xml': 'refused: content',
  'bad/moov-invalid_file1.txt': 'refused: not_xml',
  'bad/moov-invalid_pain_v11.xml': 'refused: namespace',
  // Its only fault is an element that we do not need; opening and closing agree.
  'bad/oca-camt.053.v4-no-entries.xml': 'camt.053.04 0 0',
  'genkgo-camt052.v1.xml': 'camt.052.01 1 0',
  'genkgo-camt052.v2.xml': 'camt.052.02 1 1 count_differs 20/1',
  'genkgo-camt052.v6.xml': 'camt.052.06 1 1 details_in_other_currency SEK,USD',
  'genkgo-camt052.v8.xml': 'camt.052.08 1 0',
  'genkgo-camt053.v2.five.decimals.xml': 'camt.053.02 1 1 balance_differs EUR 0.05',
  'genkgo-camt053.v2.minimal.xml': 'camt.053.02 1 1 balance_in_other_currency EUR,SEK',
  'genkgo-camt053.v2.with-account-name.xml': 'camt.053.02 1 1',
  'genkgo-camt053.v3.xml': 'camt.053.03 1 1 balance_in_other_currency EUR,SEK details_differ EUR -96.90',
  'genkgo-camt053.v8.xml': 'camt.053.08 1 1 balance_in_other_currency EUR,SEK details_in_other_currency EUR,SEK',
  'genkgo-camt054.v2.xml': 'camt.054.02 1 3',
  'genkgo-camt054.v4.xml': 'camt.054.04 1 3 count_differs 2/3 details_in_other_currency SEK,CHF',
  'genkgo-camt054.v8-with-UETR.xml': 'camt.054.08 1 1',
  'iso-pain.001.v3-three-transfers.xml': 'refused: namespace',
  'iso-test-camt.054.v2.xml': 'camt.054.02 1 1',
  'iso-test-camt.054.v3.xml': 'camt.054.03 1 1',
  'oca-camt.053.v2-booking-datetime.xml': 'camt.053.02 1 1 balance_differs EUR 307.10',
  'oca-camt.053.v2-sftp.xml': 'camt.053.02 1 1',
  'oca-mt940-ing.940': 'refused: mt940',
  'postfinance-camt.052.v4-intraday-2019-04-24.xml': 'camt.052.04 2 2',
  'postfinance-camt.054.v4-credit-2019-04-24.xml': 'camt.054.04 1 1',
  'postfinance-camt.054.v4-debit-2019-04-24.xml': 'camt.054.04 1 1',
  'postfinance-camt.054.v4-epo-2019-05-20.xml': 'camt.054.04 1 3',
  'postfinance-camt.054.v4-return-2019-05-20.xml': 'camt.054.04 1 1 returned AC01',
  'postfinance-pain.002-ACTC.xml': 'pain.002.03 message pending ACTC',
  'postfinance-pain.002-RJCT-AM10.xml': 'pain.002.03 message rejected RJCT AM10',
  'postfinance-pain.002-dd-ACCP.xml': 'pain.002.03 batch accepted ACCP',
  'postfinance-pain.008.ch-sample.xml': 'refused: namespace',
  'siauliu-pain.001.v3-sepa-payment.xml': 'refused: namespace',
};

test('every published bank file is read to the cent, or refused with a reason', async (t) => {
  if (!existsSync(SAMPLES)) return t.skip(`${SAMPLES} is not here`);
  const files = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.'));
  const found: Record<string, string> = {};
  for (const file of files) {
    const read = await readBankFileAt(join(SAMPLES, file));
    found[file] = read.ok ? sayFile(read.value) : `refused: ${read.error.kind}`;
  }
  assert.deepEqual(found, EXPECTED);
});

function sayFile(file: BankFile): string {
  if (file.kind === 'status') {
    const { version, statuses } = file.report;
    const said = statuses.flatMap(({ scope, status, code, reason }) => [scope, status, code, reason ?? []].flat());
    return [`pain.002.${version}`, ...said].join(' ');
  }
  return file.statements
    .map((statement) => {
      const payments = statement.entries.flatMap(({ transactions }) => transactions);
      const reasons = payments.flatMap(({ returnReason }) => (returnReason === null ? [] : ['returned', returnReason]));
      const breaks = checkStatement(statement).map(sayBreak);
      const { kind, version, entries } = statement;
      return [`${kind}.${version}`, entries.length, payments.length, ...reasons, ...breaks].join(' ');
    })
    .join('; ');
}

function sayBreak(found: StatementBreak): string {
  if ('difference' in found) return `${found.kind} ${sayMoney(found.difference)}`;
  if ('currencies' in found) return `${found.kind} ${found.currencies.join(',')}`;
  return `${found.kind} ${found.said}/${found.found}`;
}
