import type { Pool } from 'pg';
import type { RefundStore, SlotRequest } from '../../../flow/ports/campaign.ts';
import { runAlone, type Statement, timeOf } from '../store/sql.ts';

/**
 * The row is made where there is none. Slots stand `$6` ms apart, the first when the last one that was taken allows it
 * (GCRA without any burst), the last not after `$5`.
 */
const TAKE: Statement = {
  name: 'take_slots',
  text: `with held as (
      select next_at from storno.pace where provider = $1 and merchant_account = $2 for update
    ),
    granted as (
      select greatest(next_at, $3::timestamptz) as first_at, least($4::int, floor(
          extract(epoch from $5::timestamptz - greatest(next_at, $3::timestamptz)) * 1000 / $6::float8
        )::int + 1) as slots
      from held
    )
    update storno.pace as p
    set next_at = g.first_at + g.slots * $6::float8 * interval '1 ms'
    from granted as g
    where p.provider = $1 and p.merchant_account = $2 and g.slots > 0
    returning (extract(epoch from g.first_at) * 1000)::float8 as first_ms, g.slots`,
};

const OPEN: Statement = {
  name: 'open_pace',
  text: `insert into storno.pace (provider, merchant_account, next_at) values ($1, $2, $3)
    on conflict (provider, merchant_account) do nothing`,
};

/**
 * Slots are a little further apart than the limit asks for: a request may go out up to 50 ms after its slot, so that of
 * the slots of 10.05 s all might fall into 10 s. At 25 a second that is 10.05 x 25 x 0.99 + 1 < 250.
 */
const SHARE = 0.99;
const TEN_SECONDS_MS = 10_000;

export function openPace(pool: Pool): Pick<RefundStore, 'takeSlots'> {
  const known = new Set<string>();
  return {
    async takeSlots({ provider, merchantAccount, perTenSeconds, now, horizonMs, limit }: SlotRequest) {
      const name = `${provider} ${merchantAccount}`;
      if (!known.has(name)) await runAlone(pool, OPEN, [provider, merchantAccount, timeOf(now)]);
      known.add(name);
      const apartMs = TEN_SECONDS_MS / (perTenSeconds * SHARE);
      const until = timeOf(now + horizonMs);
      const [row] = await runAlone(pool, TAKE, [provider, merchantAccount, timeOf(now), limit, until, apartMs]);
      if (row === undefined) return [];
      return Array.from({ length: row.slots as number }, (_, at) => (row.first_ms as number) + at * apartMs);
    },
  };
}
