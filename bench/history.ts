import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export const FORMATS = ['parquet', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** A history on disk. */
export interface WrittenHistory {
  readonly charges: number;
  readonly payments: Readonly<Record<Format, string>>;
  readonly rentals: Readonly<Record<Format, string>>;
}

/** Half a year, the cars and customers growing with the number of charges. */
const DAYS = 180;
const DAY_US = 86_400_000_000;
const RENTALS_PER_ACCOUNT = 20;
const RENTALS_PER_CAR = 1500;

/**
 * Writes a history of so many rentals and a little more charges: 0.5 % are charged twice (1 to 600 s later), 3 % of the
 * charges name no rental, 1 % are refunded. Everything follows from the number by hashing: no chance, no seed.
 */
export async function writeHistory(charges: number, folder: string): Promise<WrittenHistory> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '3GB',
    temp_directory: join(folder, 'spill'),
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  const path = (name: string, format: Format) => join(folder, `${name}_${charges}.${format}`);
  const write = async (name: string, sql: string, times: readonly string[]) => {
    const parquet = path(name, 'parquet');
    const csv = path(name, 'csv');
    await connection.run(`copy (${sql}) to '${parquet}' (format parquet, compression zstd)`);
    const said = times.map((time) => `strftime(${time}, '%Y-%m-%dT%H:%M:%SZ') as ${time}`).join(', ');
    await connection.run(`copy (select * replace (${said}) from '${parquet}') to '${csv}' (format csv, header)`);
    return { parquet, csv };
  };
  const payments = await write('payments', paymentsSql(charges), ['created_at']);
  const rentals = await write('rentals', rentalsSql(charges), ['started_at', 'ended_at']);
  connection.closeSync();
  instance.closeSync();
  return { charges, payments, rentals };
}

/** A number below `below` for each rental `i`; `salt` makes it another one. */
function draw(below: number, salt: number): string {
  return `(hash(i + ${salt * 1_000_000_007}) % ${below})::bigint`;
}

function drives(charges: number): string {
  const accounts = Math.max(1, Math.floor(charges / RENTALS_PER_ACCOUNT));
  const cars = Math.max(1, Math.floor(charges / RENTALS_PER_CAR));
  return `
    select i, printf('rnt_%012x', i * 7919) as rental_id, printf('acc_%08d', ${draw(accounts, 1)}) as account_id,
      printf('veh_%d', i % ${cars}) as vehicle_id,
      date_trunc('second', timestamptz '2026-01-01 00:00:00Z' + to_microseconds(i * ${Math.floor((DAYS * DAY_US) / charges)})) as started_at,
      300 + ${draw(7200, 2)} as seconds, 200 + ${draw(9000, 3)} as price
    from (select range as i from range(${charges})) drive`;
}

function rentalsSql(charges: number): string {
  return `
    select rental_id, account_id, vehicle_id, 'milano' as market, started_at, started_at + to_seconds(seconds) as ended_at,
      (price / 100)::decimal(18, 2) as amount_due, 'EUR' as currency
    from (${drives(charges)})`;
}

function paymentsSql(charges: number): string {
  return `
    with drive as (${drives(charges)}),
    movement as (
      select *, 'charge' as kind, 2 * i as number, null as parent, started_at + to_seconds(seconds + 60) as created_at,
        ${draw(33, 4)} = 0 as is_keyless
      from drive
      union all
      select *, 'charge', 2 * i + 1, null, started_at + to_seconds(seconds + 61 + ${draw(600, 6)}), false
      from drive where ${draw(200, 7)} = 0
      union all
      select *, 'refund', 2 * i, 2 * i, started_at + interval 3 day, false
      from drive where ${draw(100, 8)} = 0
    )
    select case kind when 'charge' then 'ch_' else 're_' end || left(md5(number::varchar), 24) as payment_id, kind,
      'ch_' || left(md5(parent::varchar), 24) as parent_payment_id, account_id,
      case when not is_keyless then rental_id end as rental_id, 'succeeded' as status,
      (price / 100)::decimal(18, 2) as amount, 'EUR' as currency, created_at, 'stripe' as provider,
      printf('%s-%d', kind, number) as idempotency_key, printf('worker-%02d', ${draw(12, 11)}) as worker,
      printf('batch-%d', i // 5000) as batch, printf('4.%d', ${draw(9, 12)}) as app_version
    from movement`;
}
