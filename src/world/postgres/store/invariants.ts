import type { Pool } from 'pg';
import { guarded } from '../errors.ts';

/**
 * What must hold in every committed state, each as the sentences of its violations. Most of it is guarded row by row by
 * the schema; this looks across tables, and once more at what is guarded: a check that was dropped would show here.
 */
const VIOLATIONS: readonly string[] = [
  // INV-1: at most one right capture an obligation, and one holding obligation a rental.
  `select 'INV-1: ' || rental_id || ':' || purpose || ':' || occurrence || ' has ' || count(*) || ' right captures'
  from storno.capture where not is_surplus
  group by account_id, rental_id, purpose, occurrence having count(*) > 1`,
  `select 'INV-1: ' || rental_id || ' has ' || count(*) || ' holding intents'
  from storno.charge_intent where state <> 'voided' and purpose = 'rental'
  group by account_id, rental_id having count(*) > 1`,
  `select 'INV-1: ' || rental_id || ' is kept under ' || count(distinct account_id) || ' accounts'
  from storno.rental group by rental_id having count(distinct account_id) > 1`,
  `select 'INV-1: ' || a.idempotency_key || ' and another attempt of its intent may both take money'
  from storno.attempt as a
  join storno.attempt as b using (account_id, rental_id, purpose, occurrence)
  where a.generation < b.generation and a.state <> 'failed_final'`,
  // INV-2: each capture is booked once with its amount, and nothing else is booked as one.
  `select 'INV-2: capture ' || c.provider_ref || ' is not booked with its amount'
  from storno.capture as c
  left join storno.transfer as t on t.account_id = c.account_id
    and t.kind = case when c.is_surplus then 'surplus_capture' else 'capture' end
    and t.source_ref = c.provider || ':' || c.merchant_account || ':' || c.provider_ref
  where t.amount is distinct from c.captured_minor or t.asset is distinct from c.currency`,
  `select 'INV-2: ' || t.kind || ':' || t.source_ref || ' is booked without a capture'
  from storno.transfer as t
  where t.kind in ('capture', 'surplus_capture') and not exists (
    select from storno.capture as c
    where c.account_id = t.account_id and c.provider || ':' || c.merchant_account || ':' || c.provider_ref = t.source_ref
  )`,
  // INV-3: what costs something has an intent; what is taken stands as taken.
  `select 'INV-3: rental ' || r.rental_id || ' costs something and has no intent'
  from storno.rental as r
  where r.amount_minor > 0 and r.revision = 1 and not exists (
    select from storno.charge_intent as i where i.account_id = r.account_id and i.rental_id = r.rental_id
  )`,
  `select 'INV-3: ' || i.rental_id || ':' || i.purpose || ':' || i.occurrence || ' is ' || i.state
    || case when c.provider_ref is null then ' without a capture' else ' with a capture' end
  from storno.charge_intent as i
  left join storno.capture as c on c.account_id = i.account_id and c.rental_id = i.rental_id
    and c.purpose = i.purpose and c.occurrence = i.occurrence and not c.is_surplus
  where (i.state = 'succeeded' and c.provider_ref is null)
    or (i.state in ('due', 'voided', 'uncollected') and c.provider_ref is not null)`,
  // INV-4: nothing is given back twice.
  `select 'INV-4: of capture ' || provider_ref || ' more was given back than taken'
  from storno.capture
  where refunded_minor + reserved_minor + transferred_minor + disputed_minor > captured_minor`,
  // INV-6: minutes once an incident.
  `select 'INV-6: incident ' || incident_id || ' gave ' || count(*) || ' lots to ' || account_id
  from storno.lot where incident_id is not null
  group by account_id, incident_id having count(*) > 1`,
  // INV-7: an entry balances by construction; the minutes of a lot are those of the books.
  `select 'INV-7: lot ' || l.lot_id || ' has ' || l.remaining || ' minutes, the books say ' || coalesce(b.minutes, 0)
  from storno.lot as l
  left join (
    select account_id, dimension,
      sum(case when credit = 'account_minutes' then amount else -amount end) as minutes
    from storno.transfer
    where 'account_minutes' in (debit, credit)
    group by account_id, dimension
  ) as b on b.account_id = l.account_id and b.dimension = l.lot_id
  where l.remaining <> coalesce(b.minutes, 0)`,
  // INV-11: what is not decided waits in flight, and nothing else does.
  `select 'INV-11: ' || i.rental_id || ':' || i.purpose || ':' || i.occurrence || ' is ' || i.state
    || ' while an attempt is ' || a.state
  from storno.charge_intent as i
  join storno.attempt as a using (account_id, rental_id, purpose, occurrence)
  where i.state in ('due', 'voided', 'uncollected') and a.state in ('sent', 'pending')`,
  `select 'INV-11: ' || i.rental_id || ':' || i.purpose || ':' || i.occurrence || ' is in flight without an attempt'
  from storno.charge_intent as i
  where i.state = 'in_flight' and not exists (
    select from storno.attempt as a
    where a.account_id = i.account_id and a.rental_id = i.rental_id and a.purpose = i.purpose
      and a.occurrence = i.occurrence and a.state in ('sent', 'pending')
  )`,
  `select 'rental ' || r.rental_id || ' is kept without its key'
  from storno.rental as r
  left join storno.rental_key as k on k.rental_id = r.rental_id
  where k.account_id is distinct from r.account_id`,
];

/** Every violation, in words; empty where all hold. One statement, hence one moment of all tables. */
export async function checkInvariants(pool: Pool): Promise<readonly string[]> {
  const text = VIOLATIONS.join('\nunion all\n');
  const { rows } = await guarded(() => pool.query<{ violation: string }>(`select * from (${text}) as v (violation)`));
  return rows.map(({ violation }) => violation);
}
