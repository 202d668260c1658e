import type { FactKind } from '../../core/fact/fact.ts';

/**
 * What each layer of fact says, from the tables of the live half: the columns of the contract, amounts in minor units,
 * times as they are. Every row has `account_id`, empty where nothing tells the account.
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
    select payment_id, kind, parent_payment_id, account_id, rental_id, idempotency_key as charge_id, status,
      amount_minor, currency, created_at, purpose, provider, idempotency_key, merchant_account, generation, code
    from storno.payment`,
  charges: `
    select a.idempotency_key as charge_id, a.account_id, a.rental_id, a.purpose,
      case a.state when 'sent' then 'unknown' when 'failed_final' then 'failed' else a.state end as status,
      i.amount_minor, i.currency, a.sent_at as created_at, a.provider, a.provider_ref as payment_id, a.idempotency_key,
      a.generation, a.decline_code
    from storno.attempt a
    join storno.charge_intent i using (account_id, rental_id, purpose, occurrence)`,
  settlements: `
    select line_id, coalesce(account_id, '') as account_id, payment_id, amount_minor, currency, booked_at,
      provider || ':' || merchant_account as file
    from storno.settlement
    where kind in ('charge', 'refund', 'chargeback', 'chargeback_reversal')`,
};
