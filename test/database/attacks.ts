import {
  CHECK_VIOLATION as CHECKED,
  INSUFFICIENT_PRIVILEGE as DENIED,
  UNIQUE_VIOLATION as DUPLICATE,
} from '../../src/world/postgres/errors.ts';
import type { LoginRole } from '../../src/world/postgres/roles.ts';

/** A statement that must not get through, and the code with which it fails; null: it may run, and changes nothing. */
export interface Attack {
  readonly sql: string;
  /** For every role that `codes` does not name. */
  readonly code: string | null;
  readonly codes?: Partial<Readonly<Record<LoginRole, string | null>>>;
}

/** `storno.refuse_step` */
const REFUSED_STEP = '23000';

function denied(...statements: readonly string[]): readonly Attack[] {
  return statements.map((sql) => ({ sql, code: DENIED }));
}

/** For those who may write the table at all, refused by the schema; for all others, denied. */
function refused(sql: string, code: string, ...roles: readonly LoginRole[]): Attack {
  return { sql, code: DENIED, codes: Object.fromEntries(roles.map((role) => [role, code])) };
}

const API = 'storno_api';
const WORKER = 'storno_worker';
const TRANSFER =
  'insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount, happened_at)';
const INTENT = `insert into storno.charge_intent
  (account_id, rental_id, purpose, occurrence, revision, state, amount_minor, currency, provider, run_at, version, declines, created_at)`;
const ATTEMPT = "'acct', 'cus', 'pm', '2014-11-12', '2014-11-13', null, null, '{}')";

export const ATTACKS: readonly Attack[] = [
  // Rows that are written once.
  ...denied(
    'update storno.transfer set amount = 1',
    "update storno.transfer set account_id = 'acc_2'",
    'update storno.rental set amount_minor = 0, vat_minor = 0',
    'update storno.rental_void set reason = $$none$$',
    "update storno.rental_key set account_id = 'acc_2'",
    "update storno.evidence set outcome = 'absent'",
    "update storno.plan set body = '[]'",
    'update storno.settlement set amount_minor = 0',
    "update storno.account_history set was = '{}'",
    "update storno.control_history set set_by = 'nobody'",
    "update storno.ledger_account set normal_side = 'credit'",
    "update storno.migration set sha256 = repeat('0', 64)",
    'delete from storno.transfer',
    'delete from storno.rental',
    'delete from storno.evidence',
    'delete from storno.charge_intent',
    'delete from storno.attempt',
    'delete from storno.capture',
    'delete from storno.lot',
    'delete from storno.outbox',
    'delete from storno.account',
    'delete from storno.control',
    'delete from storno.command',
    'truncate storno.transfer',
    'truncate storno.charge_intent_0',
    'truncate storno.rental cascade',
    'truncate storno.outbox',
    "insert into storno.account_history (account_id, changed_at, was) values ('acc_1', '2014-01-01', '{}')",
    "insert into storno.control_history values ('2014-01-01', 'running', 'x', 'x')",
    "insert into storno.ledger_account values ('mine', 'debit', 'mine')",
    "insert into storno.migration values (99, 'mine', repeat('0', 64), '2014-01-01')",
    "insert into storno.control values (false, 'running', 'x', 'x', '2014-01-01')",
  ),
  // Columns that say what is owed, was sent, was taken.
  ...denied(
    'update storno.charge_intent set amount_minor = 1, version = version + 1',
    "update storno.charge_intent set currency = 'USD', version = version + 1",
    'update storno.charge_intent set revision = 2, version = version + 1',
    "update storno.attempt set idempotency_key = 'fresh'",
    "update storno.attempt set horizon_at = '2030-01-01'",
    'update storno.attempt set generation = 9',
    'update storno.capture set captured_minor = 1',
    'update storno.capture set is_surplus = true',
    'update storno.lot set minutes = 1000',
    "update storno.lot set expires_at = '2030-01-01'",
    "update storno.outbox set data = '{}'",
    "update storno.inbox set body = ''",
    "update storno.payment set payment_id = 'ch_9'",
    "update storno.api_key set secret_digest = repeat('0', 64)",
    "update storno.api_key set scopes = '{everything}'",
    "update storno.account set account_id = 'acc_9'",
    "insert into storno.transfer values ('acc_1', 'x', 'x', 'house_bank', 'house_vat', '', 'EUR', 1, null, '2014-01-01', '2014-01-01')",
    `${TRANSFER} values ('acc_1', 'capture', 'stripe:acct:ch_1', 'house_bank', 'house_vat', '', 'EUR', 1, '2014-01-01')
      on conflict (account_id, kind, source_ref) do update set amount = excluded.amount`,
    'merge into storno.lot as l using storno.rental as r on l.account_id = r.account_id when matched then delete',
    'merge into storno.transfer as t using storno.lot as l on l.account_id = t.account_id when matched then update set amount = 1',
    'with gone as (delete from storno.evidence returning *) select count(*) from gone',
  ),
  // Steps that the life of a row does not have.
  refused(
    "update storno.charge_intent set state = 'due', run_at = '2014-11-20', version = version + 1 where state = 'succeeded'",
    REFUSED_STEP,
    API,
    WORKER,
  ),
  refused(
    "update storno.charge_intent set state = 'due', run_at = '2014-11-20', version = version + 1 where state = 'voided'",
    REFUSED_STEP,
    API,
    WORKER,
  ),
  refused(
    "update storno.charge_intent set state = 'voided', run_at = null, version = version + 1 where state = 'in_flight'",
    REFUSED_STEP,
    API,
    WORKER,
  ),
  refused("update storno.charge_intent set run_at = '2014-11-20' where state = 'in_flight'", REFUSED_STEP, API, WORKER),
  refused('update storno.charge_intent set version = version - 1', REFUSED_STEP, API, WORKER),
  refused('update storno.charge_intent set declines = 0, version = version + 1', REFUSED_STEP, API, WORKER),
  refused("update storno.attempt set state = 'sent' where state = 'succeeded'", REFUSED_STEP, WORKER),
  refused("update storno.attempt set state = 'failed_final' where state = 'succeeded'", REFUSED_STEP, WORKER),
  refused("update storno.attempt set state = 'succeeded' where state = 'failed_final'", REFUSED_STEP, WORKER),
  refused("update storno.attempt set provider_ref = 'ch_9' where state = 'succeeded'", REFUSED_STEP, WORKER),
  refused("update storno.inbox set state = 'new' where state = 'done'", REFUSED_STEP, API, WORKER),
  { sql: 'update storno.webhook_endpoint set secrets = secrets', code: DENIED, codes: { storno_api: null } },
  refused('update storno.outbox set position = position + 1', REFUSED_STEP, API, WORKER),
  refused('update storno.outbox set position = null', REFUSED_STEP, API, WORKER),
  refused("update storno.command set body = 'no'", REFUSED_STEP, API),
  refused('update storno.api_key set revoked_at = null', REFUSED_STEP, API),
  refused(
    `${INTENT} values ('acc_1', 'rnt_2', 'adjustment', 1, 1, 'succeeded', 1, 'EUR', 'stripe', null, 1, 0, '2014-11-12')`,
    REFUSED_STEP,
    API,
  ),
  refused(
    `insert into storno.attempt values ('acc_1', 'rnt_1', 'rental', 1, 3, 'sent', 'k3', repeat('a', 64), 'stripe', ${ATTEMPT}`,
    REFUSED_STEP,
    WORKER,
  ),
  refused(
    `insert into storno.attempt values ('acc_1', 'rnt_2', 'rental', 1, 2, 'sent', 'k2', repeat('a', 64), 'stripe', ${ATTEMPT}`,
    REFUSED_STEP,
    WORKER,
  ),
  refused(
    `insert into storno.attempt values ('acc_1', 'rnt_2', 'rental', 1, 7, 'sent', 'k7', repeat('a', 64), 'stripe', ${ATTEMPT}`,
    REFUSED_STEP,
    WORKER,
  ),
  // Once is once.
  refused(
    `${INTENT} values ('acc_1', 'rnt_1', 'rental', 2, 1, 'due', 580, 'EUR', 'stripe', '2014-11-12', 1, 0, '2014-11-12')`,
    DUPLICATE,
    API,
  ),
  refused(
    `${INTENT} values ('acc_1', 'rnt_1', 'rental', 1, 1, 'due', 580, 'EUR', 'stripe', '2014-11-12', 1, 0, '2014-11-12')`,
    DUPLICATE,
    API,
  ),
  refused(
    `${TRANSFER} values ('acc_1', 'capture', 'stripe:acct:ch_1', 'house_clearing', 'account_receivable', 'stripe', 'EUR', 580, '2014-11-12')`,
    DUPLICATE,
    API,
    WORKER,
  ),
  refused(
    "insert into storno.capture values ('acc_1', 'rnt_1', 'rental', 1, 'stripe', 'acct', 'ch_2', false, 'EUR', 580, 0, 0, 0, 0, 0, '2014-11-12')",
    DUPLICATE,
    WORKER,
  ),
  refused("insert into storno.rental_key values ('rnt_1', 'acc_2')", DUPLICATE, API),
  refused(
    "insert into storno.lot values ('acc_1', 'lot_9', 'milano', 30, 30, '2014-11-12', '2015-02-10', '2015-02-11', 'goodwill', 'inc_1', '2014-11-12')",
    DUPLICATE,
    API,
    WORKER,
  ),
  refused(
    "insert into storno.settlement values ('stripe', 'acct', 'txn_1', 'ch_9', null, 'charge', 1, 0, 'EUR', '2014-11-14', '2014-11-14')",
    DUPLICATE,
    WORKER,
  ),
  refused(
    "insert into storno.inbox values ('stripe', 'acct', 'evt_1', 'x', 'x', 'x', '2014-11-12', '2014-11-12', 'new', 0, '2014-11-12', '')",
    DUPLICATE,
    API,
    WORKER,
  ),
  refused(
    `insert into storno.attempt values ('acc_1', 'rnt_2', 'rental', 1, 1, 'sent', 'again', repeat('a', 64), 'stripe', ${ATTEMPT}`,
    DUPLICATE,
    WORKER,
  ),
  // Amounts and times that cannot be.
  refused(
    `${TRANSFER} values ('acc_1', 'x', 'x', 'house_clearing', 'account_receivable', '', 'EUR', -580, '2014-11-12')`,
    CHECKED,
    API,
    WORKER,
  ),
  refused(
    `${TRANSFER} values ('acc_1', 'x', 'x', 'house_clearing', 'house_clearing', '', 'EUR', 1, '2014-11-12')`,
    CHECKED,
    API,
    WORKER,
  ),
  refused(
    `${TRANSFER} values ('acc_1', 'x', 'x', 'house_clearing', 'house_mine', '', 'EUR', 1, '2014-11-12')`,
    CHECKED,
    API,
    WORKER,
  ),
  refused('update storno.lot set remaining = -1', CHECKED, API, WORKER),
  refused('update storno.lot set remaining = minutes + 1', CHECKED, API, WORKER),
  refused('update storno.capture set refunded_minor = captured_minor + 1', CHECKED, WORKER),
  refused('update storno.capture set refunded_minor = 300, disputed_minor = 300', CHECKED, WORKER),
  refused('update storno.capture set disputed_minor = -1', CHECKED, WORKER),
  refused(
    "insert into storno.rental values ('acc_1', 'rnt_9', 1, 'v', 'milano', '2014-11-11', '2014-11-10', null, null, null, 1, 0, 'EUR', 1, '[]', '[]', '2014-11-11')",
    CHECKED,
    API,
  ),
  refused(
    "insert into storno.rental values ('acc_1', 'rnt_9', 1, 'v', 'milano', '2014-11-10', '2014-11-11', null, null, null, -1, 0, 'EUR', 1, '[]', '[]', '2014-11-11')",
    CHECKED,
    API,
  ),
  refused(
    `${INTENT} values ('acc_1', 'rnt_2', 'adjustment', 1, 1, 'due', -1, 'EUR', 'stripe', '2014-11-12', 1, 0, '2014-11-12')`,
    CHECKED,
    API,
  ),
  // Past the front door.
  ...denied(
    'update storno.rental_0 set amount_minor = 0',
    'update storno.charge_intent_1 set version = 99',
    'insert into storno.attempt_0 select * from storno.attempt',
    'delete from storno.payment_3',
    'create temporary table transfer (id int)',
    'create temporary view control as select 1',
    'create schema mine',
    'create table storno.mine (id int)',
    'create table public.transfer (id int)',
    "create function storno.refuse_change() returns int language sql as 'select 1'",
    "create function public.now() returns timestamptz language sql as 'select null::timestamptz'",
    'create operator public.= (leftarg = text, rightarg = text, function = pg_catalog.texteq)',
    'create operator storno.= (leftarg = text, rightarg = text, function = pg_catalog.texteq)',
    "create or replace function storno.guard_attempt() returns trigger language plpgsql as 'begin return new; end'",
    'create type storno.mine as (id int)',
    'create trigger mine before insert on storno.transfer for each row execute function storno.refuse_change()',
    'create rule mine as on insert to storno.transfer do instead nothing',
    'create policy mine on storno.transfer using (false)',
    'create index mine on storno.transfer (amount)',
    'create event trigger mine on ddl_command_start execute function storno.refuse_change()',
    'create extension file_fdw schema pg_catalog',
    'create role mine superuser',
    'create database mine',
    'alter table storno.transfer disable trigger all',
    'alter table storno.transfer drop constraint transfer_pkey',
    'alter table storno.transfer owner to current_user',
    'alter table storno.rental detach partition storno.rental_0',
    'alter function storno.guard_attempt() security definer',
    'alter function storno.refuse_change() owner to current_user',
    'alter role storno_owner login',
    'alter role current_user superuser',
    "alter system set fsync = 'off'",
    'drop table storno.transfer cascade',
    'drop trigger written_once on storno.transfer',
    'drop function storno.refuse_change() cascade',
    'drop schema storno cascade',
    'drop index storno.capture_one_right',
    'drop role storno_owner',
    'grant storno_owner to current_user',
    'set role storno_owner',
    'set session authorization postgres',
    'set session_replication_role = replica',
    'begin; lock table storno.transfer in access exclusive mode',
    'reassign owned by storno_owner to current_user',
    'comment on table storno.transfer is $$mine$$',
    "do $$ begin execute 'delete from storno.transfer'; end $$",
    "do $$ begin execute 'set session_replication_role = replica'; end $$",
    "do $$ begin perform set_config('role', 'storno_owner', false); end $$",
    "copy storno.evidence from '/etc/passwd'",
    "copy storno.transfer to '/tmp/stolen'",
    "copy storno.transfer to program 'cat'",
    "select lo_import('/etc/passwd')",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('/')",
    'select pg_reload_conf()',
    'select passwd from pg_catalog.pg_shadow',
    'update pg_catalog.pg_class set relacl = null',
    'delete from pg_catalog.pg_trigger',
  ),
  { sql: 'set role storno_worker', code: DENIED, codes: { storno_worker: null } },
  { sql: 'select mail from storno_pii.person', code: DENIED, codes: { storno_support: null } },
  {
    sql: 'select secret_digest from storno.api_key',
    code: null,
    codes: { storno_auditor: DENIED, storno_support: DENIED },
  },
  { sql: 'select body from storno.inbox', code: null, codes: { storno_auditor: DENIED, storno_support: DENIED } },
  {
    sql: 'select secrets from storno.webhook_endpoint',
    code: null,
    codes: { storno_auditor: DENIED, storno_support: DENIED },
  },
  // Who reads a table may say that he grants it: PostgreSQL warns that he has nothing to give.
  { sql: 'grant all on storno.transfer to public', code: null },
  { sql: 'revoke all on storno.transfer from storno_auditor', code: null },
  // Found in no schema: the search path is empty, whatever stands in `public`.
  { sql: 'update transfer set amount = 1', code: '42P01' },
  { sql: "set search_path = 'public', 'storno'", code: null },
  { sql: "set search_path = ''", code: null },
  { sql: 'reset role', code: null },
];
