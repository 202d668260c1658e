import { canonicalText } from '../proof/canonical.ts';
import type { PackRow, PackRows } from '../proof/pack.ts';
import { minor, text } from '../proof/read-rows.ts';
import { type Check, check } from './check.ts';
import { isPaidByAttempt } from './money.ts';

/**
 * That the books tell the same: entries of every event of money, with the right lines and amounts. To come out even is
 * not enough: books without entries do.
 */
export function checkBooks(rows: PackRows): readonly Check[] {
  const seen = `${rows.transfer.length} entries`;
  return [
    check('the entries come out even for each asset', balanceFaults(rows), seen),
    check('every event of money is booked with the right lines', entryFaults(rows), seen),
    check('every entry belongs to an event of this incident', strayFaults(rows), seen),
    check('what the books gave back is what the liabilities say', returnedFaults(rows), seen),
  ];
}

function balanceFaults(rows: PackRows): readonly string[] {
  const sums = new Map<string, bigint>();
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const row of rows.transfer) {
    const [amount, asset] = [minor(row, 'amount'), text(row, 'asset')];
    const name = nameOf(row);
    if (seen.has(name)) faults.push(`entry ${name} is there twice`);
    seen.add(name);
    if (amount <= 0n || row.debit === row.credit) faults.push(`entry ${name} moves nothing`);
    for (const [line, sign] of [
      [text(row, 'debit'), 1n],
      [text(row, 'credit'), -1n],
    ] as const) {
      const key = canonicalText([asset, line]);
      sums.set(key, (sums.get(key) ?? 0n) + sign * amount);
    }
  }
  const totals = new Map<string, bigint>();
  for (const [key, sum] of sums) {
    const [asset] = JSON.parse(key) as [string];
    totals.set(asset, (totals.get(asset) ?? 0n) + sum);
  }
  return [
    ...faults,
    ...[...totals].filter(([, sum]) => sum !== 0n).map(([asset]) => `${asset} does not come out even`),
  ];
}

function nameOf(row: PackRow): string {
  return `${row.account_id} ${row.kind}:${row.source_ref}`;
}

interface Expected {
  readonly what: string;
  readonly name: string;
  readonly debit: string;
  readonly credit: string;
  readonly asset: string;
  readonly amount: bigint;
}

/** All entries that the refunds and grants of the pack must have caused. */
function expectedEntries(rows: PackRows): readonly Expected[] {
  const refunds = new Map(rows.refund.map((row) => [attemptOwner(row), row]));
  const paid = rows.refund_attempt
    .filter((attempt) => attempt.state === 'succeeded')
    .flatMap((attempt) => {
      const refund = refunds.get(attemptOwner(attempt));
      if (refund === undefined || !isPaidByAttempt(refund)) return [];
      const paid = { ...moneyOf(refund), debit: 'account_payable' };
      const { account_id, provider, merchant_account } = refund;
      const ref = `${provider}:${merchant_account}:${attempt.provider_ref}`;
      return refund.channel === 'original_payment'
        ? [{ ...paid, name: `${account_id} refund:${ref}`, credit: 'house_clearing' }]
        : [{ ...paid, name: `${account_id} transferred:${attempt.idempotency_key}`, credit: 'house_bank' }];
    });
  const credits = rows.refund
    .filter((refund) => refund.state === 'succeeded' && refund.channel === 'account_credit')
    .map((refund) => ({
      ...moneyOf(refund),
      name: `${refund.account_id} credited:${refund.plan_id}:${refund.liability_id}`,
      debit: 'account_payable',
      credit: 'account_credit',
    }));
  const minutes = rows.lot.map((lot) => ({
    what: `lot ${lot.lot_id}`,
    name: `${lot.account_id} minutes_granted:${lot.lot_id}`,
    debit: 'house_minutes_granted',
    credit: 'account_minutes',
    asset: `MIN/${lot.market}`,
    amount: BigInt(Number(lot.minutes)),
  }));
  return [...paid, ...credits, ...minutes];
}

function moneyOf(refund: PackRow) {
  return {
    what: `the refund of ${refund.liability_id}`,
    asset: text(refund, 'currency'),
    amount: minor(refund, 'amount_minor'),
  };
}

function attemptOwner(row: PackRow): string {
  return `${row.account_id} ${row.plan_id} ${row.liability_id}`;
}

function entryFaults(rows: PackRows): readonly string[] {
  const entries = new Map(rows.transfer.map((row) => [nameOf(row), row]));
  const corrected = new Set(rows.transfer.map((row) => `${row.account_id} ${row.corrects}`));
  const paid = expectedEntries(rows).flatMap(({ what, name, debit, credit, asset, amount }) => {
    const entry = entries.get(name);
    if (entry === undefined) return [`${what} is not booked`];
    const isRight =
      entry.debit === debit && entry.credit === credit && entry.asset === asset && minor(entry, 'amount') === amount;
    if (corrected.has(name)) return [`the entry of ${what} was taken back`];
    return isRight ? [] : [`${what} is booked with other lines or amounts`];
  });
  return [...paid, ...owedFaults(rows)];
}

const OWES = ['liability_recognized', 'surplus_capture', 'overpaid'];

/** What we owe stands on the line of what we owe, by whatever road it came there. */
function owedFaults(rows: PackRows): readonly string[] {
  const owing = rows.transfer.filter((row) => OWES.includes(String(row.kind)) && row.credit === 'account_payable');
  const refs = new Set(owing.map((row) => `${row.account_id} ${row.source_ref}`));
  const corrected = owing.filter((row) => row.kind === 'overpaid');
  return rows.liability
    .filter((row) => {
      const payment = `${row.provider}:${row.merchant_account}:${row.payment_id}`;
      const ref = row.kind === 'time_value' ? `${payment}:time_value` : payment;
      if (refs.has(`${row.account_id} ${ref}`)) return false;
      return !corrected.some(
        (one) => one.account_id === row.account_id && text(one, 'source_ref').startsWith(`${row.rental_id}:`),
      );
    })
    .map((row) => `liability ${row.liability_id} is not in the books`);
}

function strayFaults(rows: PackRows): readonly string[] {
  const refs = new Set([
    ...rows.liability.flatMap((row) => {
      const payment = `${row.provider}:${row.merchant_account}:${row.payment_id}`;
      return [`${row.account_id} ${payment}`, `${row.account_id} ${payment}:time_value`];
    }),
    ...attemptRefs(rows),
    ...rows.refund_attempt.map((row) => `${row.account_id} ${row.idempotency_key}`),
    ...rows.remedy_plan_account.map((row) => `${row.account_id} ${rows.incident[0]?.incident_id}`),
    ...rows.refund.map((row) => `${row.account_id} ${row.plan_id}:${row.liability_id}`),
  ]);
  const lots = new Set(rows.lot.map((row) => `${row.account_id} ${row.lot_id}`));
  const rentals = new Set(rows.liability.map((row) => `${row.account_id} ${row.rental_id}`));
  return rows.transfer
    .filter(
      (row) =>
        !refs.has(`${row.account_id} ${row.source_ref}`) &&
        !lots.has(`${row.account_id} ${row.dimension}`) &&
        !(row.kind === 'overpaid' && rentals.has(`${row.account_id} ${text(row, 'source_ref').split(':')[0]}`)),
    )
    .map((row) => `entry ${nameOf(row)} belongs to nothing in this pack`);
}

function attemptRefs(rows: PackRows): readonly string[] {
  const refunds = new Map(rows.refund.map((row) => [attemptOwner(row), row]));
  return rows.refund_attempt.map((attempt) => {
    const refund = refunds.get(attemptOwner(attempt));
    return `${attempt.account_id} ${refund?.provider}:${refund?.merchant_account}:${attempt.provider_ref}`;
  });
}

/** The same money by another road: what left over the payments themselves, less what came back. */
function returnedFaults(rows: PackRows): readonly string[] {
  const ours = new Set(attemptRefs(rows));
  const booked = new Map<string, bigint>();
  for (const row of rows.transfer) {
    if (!ours.has(`${row.account_id} ${row.source_ref}`)) continue;
    const sign = row.kind === 'refund' ? 1n : row.kind === 'refund_failed' ? -1n : 0n;
    const asset = text(row, 'asset');
    booked.set(asset, (booked.get(asset) ?? 0n) + sign * minor(row, 'amount'));
  }
  const said = new Map<string, bigint>();
  for (const row of rows.liability) {
    const currency = text(row, 'currency');
    said.set(currency, (said.get(currency) ?? 0n) + minor(row, 'refunded_minor'));
  }
  return [...new Set([...booked.keys(), ...said.keys()])]
    .filter((asset) => (booked.get(asset) ?? 0n) !== (said.get(asset) ?? 0n))
    .map(
      (asset) =>
        `${asset}: the books gave back ${booked.get(asset) ?? 0n}, the liabilities say ${said.get(asset) ?? 0n}`,
    );
}
