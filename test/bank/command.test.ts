/** What `storno bank` answers where a file cannot be used or is not right. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { camt } from './camt.ts';

const ROOT = join(import.meta.dirname, '../..');
const ORDER = JSON.parse(readFileSync(join(ROOT, 'examples/bank/order.json'), 'utf8'));

function folderWith(t: TestContext, files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'storno-bank-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

function run(folder: string, ...words: readonly string[]) {
  const command = [join(ROOT, 'src/bin/cli.ts'), 'bank', ...words];
  return spawnSync(process.execPath, command, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
}

test('a file that does not come out even is read and answered with 3', (t) => {
  const odd = camt({ opening: '10.00', closing: '12.51', entries: [{ amount: '2.50', side: 'CRDT' }] });
  const folder = folderWith(t, { 'odd.xml': odd });
  const { status, stdout } = run(folder, 'check', 'odd.xml');
  assert.equal(status, 3);
  assert.match(stdout, /EUR 0\.01 unexplained/);
  const json = JSON.parse(run(folder, 'check', 'odd.xml', '--json').stdout);
  assert.equal(json.files[0].statements[0].breaks[0].kind, 'balance_differs');
});

test('every file that cannot be used is named at once', (t) => {
  const folder = folderWith(t, { 'a.xml': '<!DOCTYPE a><a/>', 'b.txt': ':20:X' });
  const { status, stderr } = run(folder, 'check', 'a.xml', 'b.txt', 'c.xml');
  assert.equal(status, 2);
  assert.match(stderr, /a\.xml has a DOCTYPE.*\n.*b\.txt is an MT940.*\n.*c\.xml cannot be read/);
});

test('an order is written once, and never over another', (t) => {
  const folder = folderWith(t, { 'order.json': ORDER });
  assert.equal(run(folder, 'order', 'order.json', '--out', 'out.xml').status, 0);
  const bytes = readFileSync(join(folder, 'out.xml'), 'utf8');
  const again = run(folder, 'order', 'order.json', '--out', 'out.xml');
  assert.equal(again.status, 2);
  assert.match(again.stderr, /already there/);
  assert.equal(readFileSync(join(folder, 'out.xml'), 'utf8'), bytes);
});

test('an order with faults is not written, and all of them are said', (t) => {
  const [first] = ORDER.payments;
  const faulty = {
    ...ORDER,
    execute_on: '2026-11-28',
    payments: [
      { ...first, iban: 'DE00' },
      { ...first, amount: 8.7 },
    ],
  };
  const folder = folderWith(t, {
    'form.json': faulty,
    'bank.json': { ...faulty, payments: faulty.payments.slice(0, 1) },
  });
  const form = run(folder, 'order', 'form.json', '--out', 'out.xml');
  assert.equal(form.status, 2);
  assert.match(form.stderr, /\/payments\/1\/amount/);
  const bank = run(folder, 'order', 'bank.json', '--out', 'out.xml');
  assert.match(bank.stderr, /TARGET day.*\n.*rfd-1: The IBAN/);
  assert.equal(existsSync(join(folder, 'out.xml')), false);
});

test('a reversal is refused before settlement, after its days, and for what came back', (t) => {
  const order = (original: object, more: object, today: string) => ({
    kind: 'reversal',
    message_id: 'REV-1',
    created_at: '2026-11-25T16:00:00Z',
    today,
    within_target_days: 5,
    creditor: ORDER.debtor,
    creditor_id: 'IT66ZZZA1B2C3D4E5F6G7H8',
    original: {
      message_id: 'C',
      message_name: 'pain.008.001.08',
      payment_information_id: 'C-1',
      collected_on: '2026-11-20',
      settled_on: '2026-11-20',
      scheme: 'core',
      sequence_type: 'RCUR',
      ...original,
    },
    reversals: [
      {
        ...ORDER.payments[0],
        id: 'rvs_1',
        end_to_end_id: 'rnt-7',
        mandate_id: 'M-1',
        mandate_signed_on: '2025-01-31',
        ...more,
      },
    ],
  });
  const folder = folderWith(t, {
    'good.json': order({}, {}, '2026-11-25'),
    'early.json': order({ settled_on: null }, {}, '2026-11-25'),
    'late.json': order({}, {}, '2026-11-30'),
    'back.json': order({}, { is_returned: true }, '2026-11-25'),
  });
  const answers = ['good', 'early', 'late', 'back'].map((name) => {
    const { status, stderr } = run(folder, 'order', `${name}.json`, '--out', `${name}.xml`);
    return `${status} ${stderr.trim()}`;
  });
  assert.match(answers[0] ?? '', /^0 $/);
  assert.match(answers[1] ?? '', /^2 .*not settled yet/);
  assert.match(answers[2] ?? '', /^2 .*credit transfer, and after 2027-01-26/);
  assert.match(answers[3] ?? '', /^2 .*came back already/);
});

test('a statement with a missing cent is not matched with anything', (t) => {
  const odd = camt({ opening: '10.00', closing: '8.49', entries: [{ amount: '1.50', side: 'DBIT' }] });
  const folder = folderWith(t, { 'odd.xml': odd, 'expected.json': [] });
  const { status, stderr } = run(folder, 'match', 'odd.xml', '--expected', 'expected.json', '--as-of', '2026-11-30');
  assert.equal(status, 2);
  assert.match(stderr, /EUR -0\.01 unexplained/);
});

test('the same files in any number bring the same matches', (t) => {
  const example = (name: string) => join(ROOT, 'examples/bank', name);
  const common = ['--expected', example('expected.json'), '--as-of', '2026-11-28', '--json'];
  const folder = folderWith(t, {});
  const once = run(folder, 'match', example('statement.xml'), ...common);
  const twice = run(folder, 'match', example('statement.xml'), example('statement.xml'), ...common);
  assert.equal(once.status, 3);
  assert.equal(once.stdout, twice.stdout);
});

test('refunds are found in the report of the provider, by charge and amount', (t) => {
  const header = 'balance_transaction_id,created_utc,currency,gross,reporting_category,source_id,charge_id';
  const report = [
    header,
    'txn_1,2026-11-20 10:00:00,eur,-14.50,refund,re_1,ch_1',
    'txn_2,2026-11-20 10:00:01,eur,-8.69,refund,re_2,ch_2',
    'txn_3,2026-11-21 10:00:00,eur,-23.19,payout,po_1,',
  ].join('\n');
  const expected = (id: string, amount: string, charge: string) => ({
    id,
    kind: 'refund',
    amount,
    currency: 'EUR',
    references: [charge],
    from: '2026-11-20',
    to: '2026-11-21',
  });
  const list = [expected('a', '-14.50', 'ch_1'), expected('b', '-8.70', 'ch_2')];
  const folder = folderWith(t, { 'stripe.csv': report, 'expected.json': list });
  const words = ['--expected', 'expected.json', '--as-of', '2026-11-30', '--json'];
  const { status, stdout, stderr } = run(folder, 'match', '--report', 'stripe.csv', ...words);
  assert.equal(status, 3, stderr);
  const { groups, unexpected } = JSON.parse(stdout);
  assert.deepEqual(unexpected, []);
  assert.deepEqual(
    groups.map((group: Readonly<Record<string, string>>) => [group.standing, group.difference]),
    [
      ['matched', '0.00'],
      ['under', '0.01'],
    ],
  );
});

test('a report with a line that cannot be read is not used', (t) => {
  const report = 'balance_transaction_id,created_utc,currency,gross,reporting_category,source_id,charge_id\n';
  const folder = folderWith(t, {
    'stripe.csv': `${report}txn_1,2026-11-20 10:00:00,eur,lots,refund,re_1,ch_1\n`,
    'expected.json': [],
  });
  const words = ['--expected', 'expected.json', '--as-of', '2026-11-30'];
  const { status, stderr } = run(folder, 'match', '--report', 'stripe.csv', ...words);
  assert.equal(status, 2);
  assert.match(stderr, /lines that cannot be read: 1/);
  assert.match(run(folder, 'match', ...words).stderr, /Give bank files/);
});
