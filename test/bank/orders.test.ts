/** Files for the bank: deterministic, refused where wrong, and valid against the schemas of ISO 20022 and of banks. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { money } from '../../src/core/kernel/money.ts';
import { type CreditTransferOrder, writeCreditTransfer } from '../../src/world/bank/write-credit-transfer.ts';
import { type ReversalOrder, writeReversal } from '../../src/world/bank/write-reversal.ts';

const XSD = join(import.meta.dirname, '../../../shared/data/iso20022/xsd');

const OURS = { name: 'Città Auto & Söhne S.p.A.', iban: 'DE89 3704 0044 0532 0130 00', bic: 'COBADEFFXXX' };
const THEIRS = { name: 'Zoë Ångström <script>', iban: 'IT60X0542811101000000123456', bic: null };

function transfers(more: Partial<CreditTransferOrder> = {}): CreditTransferOrder {
  return {
    version: 'pain.001.001.09',
    messageId: 'STORNO-inc-1-1',
    createdAt: Date.UTC(2026, 10, 25, 19, 30, 0, 123),
    executeOn: '2026-11-26',
    debtor: OURS,
    booking: 'single',
    payments: [
      { endToEndId: 'rfd-1', creditor: THEIRS, amount: money(1450n, 'EUR'), text: 'Rimborso doppio addebito, 12 nov' },
      {
        endToEndId: 'rfd-2',
        creditor: { ...THEIRS, bic: 'BCITITMM' },
        amount: money(1n, 'EUR'),
        text: 'Erstattung für „Fahrt“',
      },
    ],
    ...more,
  };
}

function reversals(more: Partial<ReversalOrder> = {}): ReversalOrder {
  return {
    messageId: 'STORNO-rev-1',
    createdAt: Date.UTC(2026, 10, 25, 19, 30),
    creditor: OURS,
    creditorId: 'DE98ZZZ09999999999',
    original: {
      messageId: 'COLL-2026-11-09',
      messageName: 'pain.008.001.08',
      paymentInformationId: 'COLL-2026-11-09-1',
      collectedOn: '2026-11-09',
      scheme: 'core',
      sequenceType: 'RCUR',
    },
    reversals: [
      {
        reversalId: 'rvs-1',
        originalEndToEndId: 'rnt-7',
        debtor: THEIRS,
        mandateId: 'M-1',
        mandateSignedOn: '2025-01-31',
        amount: money(1450n, 'EUR'),
      },
    ],
    ...more,
  };
}

/** Says what the schema says; skips the test, visibly, where the schema is absent. */
function isValid(t: TestContext, schema: string, xml: string): boolean {
  const path = join(XSD, schema);
  if (!existsSync(path)) {
    t.skip(`${path} is not here`);
    return true;
  }
  using definition = XmlDocument.fromBuffer(readFileSync(path));
  using validator = XsdValidator.fromDoc(definition);
  using document = XmlDocument.fromString(xml);
  validator.validate(document);
  return true;
}

function written(order: CreditTransferOrder): string {
  const file = writeCreditTransfer(order);
  assert.ok(file.ok, JSON.stringify(file.ok ? '' : file.error));
  return file.value.xml;
}

test('a credit transfer is valid against the schema of ISO 20022', (t) => {
  isValid(t, 'pain.001.001.09.xsd', written(transfers()));
  isValid(t, 'pain.001.001.09.xsd', written(transfers({ booking: 'sum', debtor: { ...OURS, bic: null } })));
});

test('the older version is valid against ISO 20022 and against the stricter schema of German banks', (t) => {
  for (const debtor of [OURS, { ...OURS, bic: null }]) {
    const xml = written(transfers({ version: 'pain.001.001.03', debtor }));
    isValid(t, 'pain.001.001.03.xsd', xml);
    isValid(t, 'dk-sepa/pain.001.001.03.xsd', xml);
  }
});

test('a reversal is valid against the schema of ISO 20022', (t) => {
  const file = writeReversal(reversals());
  assert.ok(file.ok);
  isValid(t, 'pain.007.001.10.xsd', file.value.xml);
  assert.match(file.value.xml, /<Rsn><Cd>AM05<\/Cd><\/Rsn>/);
});

test('the schemas do see faults', (t) => {
  const xml = written(transfers());
  if (!existsSync(XSD)) return t.skip(`${XSD} is not here`);
  assert.throws(() => isValid(t, 'pain.001.001.09.xsd', xml.replace('<PmtMtd>TRF', '<PmtMtd>XXX')));
});

test('the same order makes the same bytes, with count and sum on it', () => {
  const one = writeCreditTransfer(transfers());
  assert.deepEqual(one, writeCreditTransfer(transfers()));
  assert.ok(one.ok);
  assert.equal(one.value.count, 2);
  assert.deepEqual(one.value.total, money(1451n, 'EUR'));
  assert.equal(one.value.xml.split('<CtrlSum>14.51</CtrlSum>').length, 3);
  assert.match(one.value.xml, /<ChrgBr>SLEV<\/ChrgBr>/);
  assert.match(one.value.xml, /<CreDtTm>2026-11-25T19:30:00Z<\/CreDtTm>/);
});

test('names and texts are in letters of SEPA, and nothing of them is markup', () => {
  const xml = written(transfers());
  assert.match(xml, /<Nm>Citta Auto \+ Soehne S\.p\.A\.<\/Nm>/);
  assert.match(xml, /<Nm>Zoe Angstroem? ?\.script\.<\/Nm>/);
  assert.match(xml, /<Ustrd>Erstattung fuer 'Fahrt'<\/Ustrd>/);
});

function check(more: Partial<CreditTransferOrder>, kinds: readonly string[]): void {
  const file = writeCreditTransfer(transfers(more));
  assert.deepEqual(file.ok ? [] : file.error.map(({ kind, id }) => `${kind} ${id}`), kinds);
}

function payment(more: object) {
  const [first] = transfers().payments;
  assert.ok(first);
  return { ...first, ...more };
}

test('whatever a bank would refuse, or pay wrongly, is refused before it is written', () => {
  check({ executeOn: '2026-11-28' }, ['day null']);
  check({ executeOn: '2026-12-25' }, ['day null']);
  check({ executeOn: 'tomorrow' }, ['day null']);
  check({ payments: [] }, ['count null']);
  check({ messageId: 'x'.repeat(36) }, ['reference null']);
  check({ messageId: 'inc_1' }, ['reference null']);
  check({ debtor: { ...OURS, iban: 'DE89370400440532013001' } }, ['account null']);
  check({ debtor: { ...OURS, bic: 'NO' } }, ['bank null']);
  check({ payments: [payment({ creditor: { ...THEIRS, iban: 'US12345678' } })] }, ['account rfd-1']);
  check({ payments: [payment({ creditor: { ...THEIRS, name: '王小明' } })] }, ['name rfd-1']);
  check({ payments: [payment({ amount: money(0n, 'EUR') })] }, ['amount rfd-1']);
  check({ payments: [payment({ amount: money(-1n, 'EUR') })] }, ['amount rfd-1']);
  check({ payments: [payment({ amount: money(100_000_000_000n, 'EUR') })] }, ['amount rfd-1']);
  check({ payments: [payment({ amount: money(100n, 'CHF') })] }, ['amount rfd-1']);
  check({ payments: [payment({ text: 'x'.repeat(141) })] }, ['text rfd-1']);
  check({ payments: [payment({}), payment({})] }, ['repeated rfd-1']);
  check({ payments: [payment({ endToEndId: '/a' }), payment({ endToEndId: 'a//b' })] }, [
    'reference /a',
    'reference a//b',
  ]);
});

test('a reversal of one collection twice in a file is refused', () => {
  const [first] = reversals().reversals;
  assert.ok(first);
  const file = writeReversal(reversals({ reversals: [first, { ...first, reversalId: 'rvs-2' }] }));
  assert.deepEqual(file.ok ? [] : file.error.map(({ kind, id }) => `${kind} ${id}`), ['repeated rnt-7']);
});
