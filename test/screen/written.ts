import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FACT_KINDS, type FactKind } from '../../src/core/fact/fact.ts';
import type { Facts } from '../../src/core/fact/facts.ts';
import { toMajor } from '../../src/core/kernel/money.ts';
import { toRfc3339 } from '../../src/core/kernel/time.ts';
import type { Sources } from '../../src/flow/ports.ts';

/** Writes facts as a user would export them; `repeats` are rows of a second file that overlaps with the first. */
export function writeFacts(folder: string, facts: Facts, repeats: readonly number[]): Sources {
  const files: Partial<Record<FactKind, readonly string[]>> = {};
  for (const fact of FACT_KINDS) {
    if (fact !== 'payments' && !facts.layers[fact]) continue;
    const rows = facts[fact].map((each) => rowOf(each));
    const again = repeats.flatMap((place) => (rows.length === 0 ? [] : [rows[place % rows.length] ?? {}]));
    const paths = [join(folder, `${fact}_1.csv`), join(folder, `${fact}_2.csv`)];
    writeFileSync(paths[0] ?? '', csvOf(fact, rows));
    writeFileSync(paths[1] ?? '', csvOf(fact, again));
    files[fact] = paths;
  }
  return { files, map: null, timeZone: null };
}

const COLUMNS: Readonly<Record<FactKind, readonly string[]>> = {
  rentals: ['rentalId', 'accountId', 'vehicleId', 'market', 'startedAt', 'endedAt', 'amountDue', 'currency'],
  payments: [
    ...['paymentId', 'kind', 'parentPaymentId', 'accountId', 'rentalId', 'chargeId', 'status', 'amount', 'currency'],
    ...['createdAt', 'purpose', 'provider', 'idempotencyKey', 'card'],
  ],
  charges: [
    ...['chargeId', 'accountId', 'rentalId', 'purpose', 'status', 'amount', 'currency', 'createdAt', 'provider'],
    ...['paymentId', 'idempotencyKey'],
  ],
  settlements: ['lineId', 'paymentId', 'amount', 'currency', 'bookedAt'],
};

type Row = Readonly<Record<string, string>>;

function rowOf(fact: Facts[FactKind][number]): Row {
  const money = 'amountDue' in fact ? fact.amountDue : fact.amount;
  const cells = Object.entries(fact).map(([name, value]): [string, string] => {
    if (name.endsWith('At')) return [name, value === null ? '' : toRfc3339(Number(value))];
    return [name, typeof value === 'string' ? value : ''];
  });
  return {
    ...fact.attributes,
    ...Object.fromEntries(cells),
    amount: toMajor(money),
    amountDue: toMajor(money),
    currency: money.currency,
  };
}

function csvOf(fact: FactKind, rows: readonly Row[]): string {
  const columns = COLUMNS[fact];
  const header = columns.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  return `${[header, ...rows.map((row) => columns.map((name) => row[name] ?? ''))].map((cells) => cells.join(',')).join('\n')}\n`;
}
