import type { Pool } from 'pg';
import { CASEWORK_PROTECTED, CASEWORK_SEED } from './attacks-casework.ts';
import { MONEY_OUT_PROTECTED, MONEY_OUT_SEED } from './attacks-money-out.ts';

/** One row and more in every table that is to be protected: paid and unpaid, used and unused, told and untold. */
export async function seedEveryTable(admin: Pool): Promise<void> {
  await admin.query(SEED + CASEWORK_SEED + MONEY_OUT_SEED);
}

const SEED = `
insert into storno.market values ('milano', 'Europe/Rome', 'EUR', 2200, '2014-11-01');
insert into storno.plan values (repeat('a', 64), 'milano', 'standard', '{}', '2014-11-01', '2014-11-01');
insert into storno.account (account_id, home_market, locale, recorded_at, changed_at)
values ('acc_1', 'milano', 'it', '2014-11-01', '2014-11-01'), ('acc_2', 'milano', 'it', '2014-11-01', '2014-11-01');
update storno.account
set provider = 'stripe', merchant_account = 'acct', customer_ref = 'cus_1', method_ref = 'pm_1', changed_at = '2014-11-02'
where account_id = 'acc_1';
insert into storno_pii.person values ('acc_1', 'Maria Rossi', 'maria@example.com', '2014-11-01');
insert into storno.rental_key values ('rnt_1', 'acc_1'), ('rnt_2', 'acc_1'), ('rnt_3', 'acc_2');
insert into storno.rental values
  ('acc_1', 'rnt_1', 1, 'v1', 'milano', '2014-11-10 10:00', '2014-11-10 10:20', null, null, null, 580, 105, 'EUR', 20, '[]', '[]', '2014-11-10 10:20'),
  ('acc_1', 'rnt_2', 1, 'v1', 'milano', '2014-11-11 10:00', '2014-11-11 10:20', null, null, null, 580, 105, 'EUR', 20, '[]', '[]', '2014-11-11 10:20'),
  ('acc_2', 'rnt_3', 1, 'v2', 'milano', '2014-11-11 10:00', '2014-11-11 10:20', null, null, null, 580, 105, 'EUR', 20, '[]', '[]', '2014-11-11 10:20');
insert into storno.charge_intent
  (account_id, rental_id, purpose, occurrence, revision, state, amount_minor, currency, provider, run_at, version, declines, created_at)
values
  ('acc_1', 'rnt_1', 'rental', 1, 1, 'due', 580, 'EUR', 'stripe', '2014-11-10 10:20', 1, 0, '2014-11-10 10:20'),
  ('acc_1', 'rnt_2', 'rental', 1, 1, 'due', 580, 'EUR', 'stripe', '2014-11-11 10:20', 1, 0, '2014-11-11 10:20'),
  ('acc_2', 'rnt_3', 'rental', 1, 1, 'due', 580, 'EUR', 'stripe', '2014-11-11 10:20', 1, 0, '2014-11-11 10:20');
insert into storno.attempt values
  ('acc_1', 'rnt_1', 'rental', 1, 1, 'sent', 'storno:v1:charge:rnt_1:rental:1:1', repeat('b', 64), 'stripe', 'acct', 'cus_1', 'pm_1', '2014-11-10 10:20', '2014-11-10 22:20', null, null, '{}'),
  ('acc_1', 'rnt_2', 'rental', 1, 1, 'sent', 'storno:v1:charge:rnt_2:rental:1:1', repeat('b', 64), 'stripe', 'acct', 'cus_1', 'pm_1', '2014-11-11 10:20', '2014-11-11 22:20', null, null, '{}');
insert into storno.evidence values
  ('acc_1', 'rnt_1', 'rental', 1, 1, 2, 'answer', 'failed_final', null, null, null, 'card_declined', 'declined', '2014-11-10 10:21');
update storno.attempt set state = 'failed_final', decline_code = 'card_declined' where rental_id = 'rnt_1';
insert into storno.attempt values
  ('acc_1', 'rnt_1', 'rental', 1, 2, 'sent', 'storno:v1:charge:rnt_1:rental:1:2', repeat('c', 64), 'stripe', 'acct', 'cus_1', 'pm_1', '2014-11-12 10:20', '2014-11-12 22:20', null, null, '{}');
insert into storno.evidence values
  ('acc_1', 'rnt_1', 'rental', 1, 2, 4, 'answer', 'succeeded', 'ch_1', 580, 'EUR', null, 'captured', '2014-11-12 10:21');
update storno.attempt set state = 'succeeded', provider_ref = 'ch_1' where rental_id = 'rnt_1' and generation = 2;
update storno.charge_intent set state = 'in_flight', version = 2 where rental_id in ('rnt_1', 'rnt_2');
update storno.charge_intent set state = 'succeeded', run_at = null, version = 4, declines = 1 where rental_id = 'rnt_1';
insert into storno.capture values
  ('acc_1', 'rnt_1', 'rental', 1, 'stripe', 'acct', 'ch_1', false, 'EUR', 580, 0, 0, 0, 0, 0, '2014-11-12 10:21');
insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount, happened_at) values
  ('acc_1', 'rental_ended', 'rnt_1:rental:1', 'account_receivable', 'house_revenue', '', 'EUR', 475, '2014-11-10 10:20'),
  ('acc_1', 'rental_vat', 'rnt_1:rental:1', 'account_receivable', 'house_vat', '', 'EUR', 105, '2014-11-10 10:20'),
  ('acc_1', 'capture', 'stripe:acct:ch_1', 'house_clearing', 'account_receivable', 'stripe', 'EUR', 580, '2014-11-12 10:21'),
  ('acc_1', 'minutes_granted', 'lot_1', 'house_minutes_granted', 'account_minutes', 'lot_1', 'MIN/milano', 30, '2014-11-12');
insert into storno.lot values
  ('acc_1', 'lot_1', 'milano', 30, 30, '2014-11-12', '2015-02-10', '2015-02-11', 'goodwill', 'inc_1', '2014-11-12');
insert into storno.rental_void values ('acc_2', 'rnt_3', 1, 'never driven', '2014-11-13');
update storno.charge_intent set state = 'voided', run_at = null, version = 2 where rental_id = 'rnt_3';
insert into storno.payment values
  ('acc_1', 'stripe', 'acct', 'ch_1', 'charge', null, 'rnt_1', 'rental', 1, 2, 'succeeded', 580, 'EUR', null, null, '2014-11-12', '2014-11-12', '2014-11-12');
insert into storno.settlement values
  ('stripe', 'acct', 'txn_1', 'ch_1', 'acc_1', 'charge', 580, 25, 'EUR', '2014-11-14', '2014-11-14');
insert into storno.inbox values
  ('stripe', 'acct', 'evt_1', 'charge.succeeded', 'ch_1', '', '2014-11-12', '2014-11-12', 'done', 1, null, '');
insert into storno.outbox (account_id, type, data, happened_at) values ('acc_1', 'charge.succeeded', '{}', '2014-11-12');
update storno.outbox set position = 1;
insert into storno.webhook_endpoint values ('we_1', 'https://example.com', '{whsec_1}', '{}', 'enabled', '2014-11-01');
insert into storno.api_key values ('key_1', repeat('d', 64), 'test', '{}', '2014-11-01', null, '2014-11-02', null);
insert into storno.command values ('key_1', 'cmd_1', repeat('e', 64), 201, '{}', null, '2014-11-01');
update storno.control set charging = 'stopped', reason = 'test', set_by = 'test', set_at = '2014-11-13';
update storno.control set charging = 'running', reason = 'test', set_by = 'test', set_at = '2014-11-14';
insert into storno.audit_entry (account_id, incident_id, happened_at, actor, action, subject, payload)
values ('', 'inc_1', '2014-11-14', 'storno', 'incident.opened', 'inc_1', '{}');
insert into storno.audit_seal
select 1, entry_id, 1, repeat('0', 64), repeat('1', 64) from storno.audit_entry where action = 'incident.opened';
insert into storno.audit_checkpoint values
  (1, 1, 1, repeat('1', 64), repeat('2', 64), '2014-11-14', 'key', 'pem', 'signature');
insert into storno.alarm values ('surplus_capture', 'ch_2', 'look', '2014-11-12', null);
`;

/**
 * What nobody may ever change, as text, one line a row: whole rows where they are written once, and of all others the
 * columns that say what is owed, was sent, was taken. Rights belong to it.
 */
const PROTECTED = `
select ('market', market)::text as line from storno.market
union all select t::text from storno.plan as t
union all select ('account', account_id, recorded_at)::text from storno.account
union all select t::text from storno.account_history as t
union all select t::text from storno.rental_key as t
union all select t::text from storno.rental as t
union all select t::text from storno.rental_void as t
union all select (account_id, rental_id, purpose, occurrence, revision, amount_minor, currency, provider, created_at,
  case when state in ('succeeded', 'voided') then state end)::text from storno.charge_intent
union all select t::text from storno.attempt as t where state in ('succeeded', 'failed_final')
union all select (account_id, rental_id, generation, idempotency_key, request_digest, sent_at, horizon_at)::text
  from storno.attempt
union all select t::text from storno.evidence as t
union all select (account_id, rental_id, purpose, occurrence, provider, merchant_account, provider_ref, is_surplus,
  currency, captured_minor, captured_at)::text from storno.capture
union all select t::text from storno.transfer as t
union all select t::text from storno.ledger_account as t
union all select (account_id, lot_id, market, minutes, expires_at, source, incident_id)::text from storno.lot
union all select (account_id, payment_id, kind, created_at)::text from storno.payment
union all select t::text from storno.settlement as t
union all select (event_id, type, object_ref, body, received_at, state)::text from storno.inbox
union all select t::text from storno.outbox as t where position is not null
union all select (key_id, secret_digest, scopes, revoked_at)::text from storno.api_key
union all select t::text from storno.command as t where status is not null
union all select t::text from storno.control_history as t
union all select t::text from storno.audit_entry as t
union all select t::text from storno.audit_seal as t
union all select t::text from storno.audit_checkpoint as t
union all select (number, name, sha256, applied_at)::text from storno.migration
union all select ('right', relname, relacl, relowner)::text from pg_class where relnamespace::regnamespace::text like 'storno%'
union all select ('trigger', tgrelid::regclass, tgname, tgenabled)::text from pg_trigger
union all select ('routine', proname, proacl, md5(prosrc))::text from pg_proc where pronamespace::regnamespace::text like 'storno%'
union all select ('role', rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls)::text from pg_roles where rolname like 'storno%'
union all select ('member', roleid::regrole, member::regrole)::text from pg_auth_members where member::regrole::text like 'storno%'`;

export async function readProtected(admin: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await admin.query<{ line: string }>(`${PROTECTED}\n${CASEWORK_PROTECTED}\n${MONEY_OUT_PROTECTED}`);
  return new Set(rows.map(({ line }) => line));
}
