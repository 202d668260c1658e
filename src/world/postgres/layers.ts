import type { FactKind } from '../../core/fact/fact.ts';

/** As `paymentText` of core says it: an id of a provider is unique within provider and merchant account only. */
const named = (table: string, id: string): string =>
  `${table}.provider || ':' || ${table}.merchant_account || ':' || ${table}.${id}`;

/**
 * What each layer of fact says, from the tables of the live half: the columns of the contract, amounts in minor units,
 * times as they are. Every row has `account_id`, empty where nothing tells the account. Payments are named with
 * provider and merchant account.
 *
 * A rental owes, for its purpose `rental`, what its holding revision costs, but never more than its holding intent: a
 * price that was raised after the capture is taken by an adjustment of its own. A rental taken back owes nothing.
 */
export const LAYER_SQL: Readonly<Record<FactKind, string>> = {
  rentals: `
    select r.rental_id, r.account_id, r.vehicle_id, r.market, r.started_at, r.ended_at,
      case when v.revision is null then least(r.amount_minor, coalesce(i.amount_minor, r.amount_minor)) else 0 end
        as amount_minor,
      r.currency, r.plan_id, r.revision
    from storno.rental r
    left join storno.rental_void v
      on v.account_id = r.account_id and v.rental_id = r.rental_id and v.revision = r.revision
    left join storno.charge_intent i
      on i.account_id = r.account_id and i.rental_id = r.rental_id and i.purpose = 'rental' and i.state <> 'voided'
    where not exists (
      select from storno.rental later
      where later.account_id = r.account_id and later.rental_id = r.rental_id and later.revision > r.revision
    )`,
  payments: `
    select ${named('p', 'payment_id')} as payment_id, p.kind, ${named('p', 'parent_payment_id')} as parent_payment_id,
      p.account_id, p.rental_id, p.idempotency_key as charge_id, p.status, p.amount_minor, p.currency, p.created_at,
      p.purpose, p.provider, p.idempotency_key, p.merchant_account, p.generation, p.code
    from storno.payment p`,
  charges: `
    select a.idempotency_key as charge_id, a.account_id, a.rental_id, a.purpose,
      case a.state when 'sent' then 'unknown' when 'failed_final' then 'failed' else a.state end as status,
      i.amount_minor, i.currency, a.sent_at as created_at, a.provider, ${named('a', 'provider_ref')} as payment_id,
      a.idempotency_key,
      a.generation, a.decline_code
    from storno.attempt a
    join storno.charge_intent i using (account_id, rental_id, purpose, occurrence)`,
  settlements: `
    select ${named('s', 'line_id')} as line_id, coalesce(s.account_id, '') as account_id,
      ${named('s', 'payment_id')} as payment_id, s.amount_minor, s.currency, s.booked_at,
      s.provider || ':' || s.merchant_account as file
    from storno.settlement s
    where s.kind in ('charge', 'refund', 'chargeback', 'chargeback_reversal')`,
};
