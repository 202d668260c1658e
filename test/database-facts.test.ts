import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { incidentFindings } from '../src/core/remedy/incident.ts';
import { scan } from '../src/flow/remedy.ts';
import { openArchive } from '../src/world/duckdb/archive.ts';
import { exportFacts } from '../src/world/postgres/facts.ts';
import { freshDatabase, type TestDatabase } from './postgres.ts';

const SILENT = { begin: () => undefined, advance: () => undefined, end: () => undefined };
const NOON = '2026-11-20T12:00:00Z';

let database: TestDatabase;
let folder: string;

before(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'storno-test-facts-'));
  await rental({ id: 'twice', amount: 1189, currency: 'EUR' });
  await payment({ id: 'ch_1', rental: 'twice', amount: 1189, currency: 'EUR' });
  await payment({ id: 'ch_2', rental: 'twice', amount: 1189, currency: 'EUR' });
  // A provider's id is its own within one merchant account only.
  await rental({ id: 'namesake', amount: 700, currency: 'EUR' });
  await payment({ id: 'ch_1', rental: 'namesake', amount: 700, currency: 'EUR', merchant: 'acct_2' });
  await payment({ id: 'ch_7', rental: 'namesake', amount: 700, currency: 'EUR', merchant: 'acct_2' });
  await rental({ id: 'yen', amount: 1189, currency: 'JPY' });
  await payment({ id: 'ch_3', rental: 'yen', amount: 1189, currency: 'JPY' });
  await rental({ id: 'raised', amount: 1000, currency: 'EUR' });
  await intent({ rental: 'raised', amount: 1000 });
  await payment({ id: 'ch_4', rental: 'raised', amount: 1000, currency: 'EUR' });
  await rental({ id: 'raised', amount: 1200, currency: 'EUR', revision: 2 });
  await payment({ id: 'ch_5', rental: 'raised', amount: 1000, currency: 'EUR' });
  await rental({ id: 'voided', amount: 500, currency: 'EUR' });
  await payment({ id: 'ch_6', rental: 'voided', amount: 500, currency: 'EUR' });
  await database.admin.query(
    "insert into storno.rental_void (account_id, rental_id, revision, reason, voided_at) values ('acc_1', 'voided', 1, 'never driven', $1)",
    [NOON],
  );
});

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.close();
});

test('the engine of files judges the live database: nothing is rejected, every excess is found to the cent', async () => {
  const client = await database.pool('storno_auditor').connect();
  const archive = await openArchive({ memory: '500MB' });
  try {
    const files = await exportFacts(client, folder);
    assert.deepEqual(Object.keys(files), ['rentals', 'payments', 'charges'], 'no settlements were read yet');
    const scanned = await scan({ archive, progress: SILENT }, { files, map: null, timeZone: null });
    assert.ok(scanned.ok);
    const { counts, verdicts } = scanned.value.scan;
    assert.ok(Object.values(counts).every((count) => count.rejected === 0));
    assert.deepEqual(
      verdicts.findings
        .map(({ rentalId, refundDue, grade }) => `${rentalId} ${refundDue.amountMinor} ${refundDue.currency} ${grade}`)
        .sort(),
      ['namesake 700 EUR proven', 'raised 1000 EUR proven', 'twice 1189 EUR proven', 'voided 500 EUR proven'],
    );
    const kept = incidentFindings(scanned.value.scan, { provider: null, merchantAccount: null }) ?? [];
    assert.deepEqual(
      kept
        .filter(({ rentalId }) => rentalId === 'namesake' || rentalId === 'twice')
        .map(({ merchantAccount, paymentId, keptPaymentId }) => [merchantAccount, paymentId, keptPaymentId].join(' '))
        .sort(),
      ['acct_1 ch_2 ch_1', 'acct_2 ch_7 ch_1'],
      'an incident keeps the ids by which the provider can be asked',
    );
  } finally {
    await archive.close();
    client.release();
  }
});

interface Row {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
}

async function rental({ id, amount, currency, revision = 1 }: Row & { readonly revision?: number }): Promise<void> {
  await database.admin.query(
    `insert into storno.rental (account_id, rental_id, revision, market, started_at, ended_at, amount_minor, vat_minor,
      currency, billed_minutes, price_lines, lot_uses, recorded_at)
    values ('acc_1', $1, $2, 'milano', $3, $3, $4, 0, $5, 10, '[]', '[]', $3)`,
    [id, revision, NOON, amount, currency],
  );
}

async function intent({ rental: id, amount }: { readonly rental: string; readonly amount: number }): Promise<void> {
  await database.admin.query(
    `insert into storno.charge_intent (account_id, rental_id, purpose, occurrence, revision, state, amount_minor,
      currency, provider, run_at, version, declines, created_at)
    values ('acc_1', $1, 'rental', 1, 1, 'due', $2, 'EUR', 'stripe', $3, 1, 0, $3)`,
    [id, amount, NOON],
  );
  await database.admin.query(
    `insert into storno.attempt (account_id, rental_id, purpose, occurrence, generation, state, idempotency_key,
      request_digest, provider, merchant_account, customer_ref, method_ref, sent_at, horizon_at, absent_at)
    values ('acc_1', $1, 'rental', 1, 1, 'sent', 'key of ' || $1, repeat('0', 64), 'stripe', 'acct_1', 'cus_1', 'pm_1',
      $2, $2::timestamptz + interval '12 hours', '{}')`,
    [id, NOON],
  );
}

async function payment({
  id,
  rental: of,
  amount,
  currency,
  merchant = 'acct_1',
}: Row & { readonly rental: string; readonly merchant?: string }): Promise<void> {
  await database.admin.query(
    `insert into storno.payment (account_id, provider, merchant_account, payment_id, kind, rental_id, purpose,
      occurrence, generation, status, amount_minor, currency, idempotency_key, created_at, first_seen_at, last_seen_at)
    values ('acc_1', 'stripe', $6, $1, 'charge', $2, 'rental', 1, 1, 'succeeded', $3, $4, 'key ' || $1 || $6, $5, $5, $5)`,
    [id, of, amount, currency, NOON, merchant],
  );
}
