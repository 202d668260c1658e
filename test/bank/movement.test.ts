/** What a file says becomes movements, which always sum to what was booked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../../src/core/kernel/money.ts';
import { movementOfSettlement, movementsOfEntry } from '../../src/core/remedy/reconcile/movement.ts';
import { readBankFile } from '../../src/world/bank/read-bank-file.ts';
import { bytesOf, camt, type MadeEntry } from './camt.ts';

async function check(made: MadeEntry, expected: readonly string[]): Promise<void> {
  const read = await readBankFile(bytesOf(camt({ entries: [made] })));
  assert.ok(read.ok && read.value.kind === 'statements');
  const entry = read.value.statements[0]?.entries[0];
  assert.ok(entry);
  const movements = movementsOfEntry('K', entry, '2026-11-10');
  assert.deepEqual(
    movements.map(({ id, amount, references }) => [id, amount.amountMinor, ...references].join(' ')),
    expected,
  );
  const sum = movements.reduce((total, { amount }) => total + amount.amountMinor, 0n);
  if (movements.length > 0) assert.equal(sum, entry.amount.amountMinor);
}

test('a batch with all its payments is each of them', () => {
  const details = [
    { amount: '1.00', endToEndId: 'a' },
    { amount: '2.00', endToEndId: 'b' },
  ];
  return check({ amount: '3.00', side: 'DBIT', bankRef: 'R', batchCount: 2, details }, ['K/1 -100 a', 'K/2 -200 b']);
});

test('a batch that is only a sum, or does not add up, is one movement', async () => {
  await check({ amount: '3.00', side: 'DBIT', bankRef: 'R', batchCount: 2 }, ['K -300 R']);
  const details = [{ amount: '1.00', endToEndId: 'a' }];
  await check({ amount: '3.00', side: 'DBIT', bankRef: 'R', details }, ['K -300 R']);
});

test('a single payment bears the references of its entry too', () => {
  const details = [{ endToEndId: 'a' }];
  return check({ amount: '3.00', side: 'CRDT', bankRef: 'R', details }, ['K/1 300 a R']);
});

test('what is pending moves nothing', () => check({ amount: '3.00', side: 'CRDT', status: 'PDNG' }, []));

test('fees that the bank took out of an entry are a movement of their own', async () => {
  const details = [{ amount: '5.00', endToEndId: 'a' }];
  const text = camt({ entries: [{ amount: '4.80', side: 'CRDT', details }] });
  const fees = '<Chrgs><Rcrd><Amt Ccy="EUR">0.20</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>';
  const read = await readBankFile(bytesOf(text.replace('<NtryDtls>', `${fees}<NtryDtls>`)));
  const entry = read.ok && read.value.kind === 'statements' ? read.value.statements[0]?.entries[0] : undefined;
  assert.ok(entry);
  assert.deepEqual(
    movementsOfEntry('K', entry, '2026-11-10').map(({ id, amount }) => `${id} ${amount.amountMinor}`),
    ['K/1 500', 'K/fees -20'],
  );
});

test('a line of a provider is a movement under the name of its payment', () => {
  const amount = money(-1450n, 'EUR');
  const bookedAt = Date.UTC(2026, 10, 25, 23, 59);
  const line = { lineId: 'txn_1', paymentId: 're_1', amount, bookedAt, file: null, attributes: {} };
  const movement = { id: 'txn_1', amount, references: ['re_1'], on: '2026-11-25', returnReason: null };
  assert.deepEqual(movementOfSettlement(line), movement);
});
