import {
  CHECK_VIOLATION as CHECKED,
  INSUFFICIENT_PRIVILEGE as DENIED,
  UNIQUE_VIOLATION as DUPLICATE,
} from '../../src/world/postgres/errors.ts';
import { type Attack, denied, REFUSED_STEP, refused } from './attack.ts';

const API = 'storno_api';
const WORKER = 'storno_worker';

/** Letters in each state, and files, orders and movements of the bank, beside the incident of the casework. */
export const MONEY_OUT_SEED = `
insert into storno.letter (account_id, letter_id, incident_id, kind, occurrence, locale, facts, state, version, tries,
  message_id, note, recorded_at)
values
  ('acc_1', 'ltr_1', 'inc_7', 'refund_sent', 1, 'it', '{}', 'sent', 3, 1, '<ltr_1@x>', '', '2014-11-20'),
  ('acc_1', 'ltr_2', 'inc_7', 'minutes_reminder', 1, 'it', '{}', 'refused', 3, 1, null, '', '2014-11-20'),
  ('acc_2', 'ltr_3', 'inc_7', 'refund_sent', 1, 'it', '{}', 'bounced', 4, 1, '<ltr_3@x>', '', '2014-11-20');
insert into storno_pii.letter_copy values ('acc_1', 'ltr_1', 'maria@example.com', 's', 't', 'h', '2014-11-20');
insert into storno_pii.bank_account values
  ('acc_1', 1, 'DE89370400440532013000', 'Maria Rossi', 'acc_1', '2014-11-20', '2014-11-23');
insert into storno.bank_file values
  ('bnk_1', 'out', 'pain.001', 'STORNO-1', repeat('a', 64), 1, 'anna', '2014-11-24'),
  ('bnk_2', 'in', 'camt.053', 'S1', repeat('b', 64), 1, 'anna', '2014-11-26');
insert into storno_pii.bank_file_body values ('bnk_1', 'x');
insert into storno.bank_order values
  ('e2e-1', 'bnk_1', 'acc_1', 'pln_1', 'lia_1', 1, 580, 'EUR', '2014-11-25', '2014-11-26');
insert into storno.bank_movement values ('mov_1', 'bnk_2', -580, 'EUR', '2014-11-25', '{e2e-1}', null);
insert into storno.bank_match values ('mat_1', '{transfer:e2e-1}', '{mov_1}', 'seen', 'anna', '2014-11-27');
`;

export const MONEY_OUT_PROTECTED = `
union all select (account_id, letter_id, incident_id, kind, occurrence, locale, facts, message_id, recorded_at)::text
  from storno.letter
union all select t::text from storno.letter_refund as t
union all select t::text from storno.bank_file as t
union all select t::text from storno.bank_order as t
union all select t::text from storno.bank_movement as t
union all select t::text from storno.bank_match as t
union all select t::text from storno_pii.bank_account as t
union all select t::text from storno_pii.bank_file_body as t`;

const LETTER = `insert into storno.letter (account_id, letter_id, incident_id, kind, occurrence, locale, facts, state,
  version, tries, note, recorded_at)`;
const ACCOUNT = 'insert into storno_pii.bank_account values';
const ORDER = 'insert into storno.bank_order values';

export const MONEY_OUT_ATTACKS: readonly Attack[] = [
  // Nobody is told twice, and what was sent is never unsent.
  refused(
    `${LETTER} values ('acc_1', 'ltr_9', 'inc_7', 'refund_sent', 1, 'it', '{}', 'due', 1, 0, '', '2014-11-20')`,
    DUPLICATE,
    WORKER,
  ),
  refused("update storno.letter set state = 'due', version = version + 1 where state = 'sent'", REFUSED_STEP, WORKER),
  refused(
    "update storno.letter set state = 'due', version = version + 1 where state = 'refused'",
    REFUSED_STEP,
    WORKER,
  ),
  refused(
    "update storno.letter set state = 'sent', version = version + 1 where state = 'bounced'",
    REFUSED_STEP,
    WORKER,
  ),
  refused("update storno.letter set state = 'bounced' where state = 'sent'", REFUSED_STEP, WORKER),
  refused(
    "update storno.letter set message_id = 'other', version = version + 1 where message_id is not null",
    REFUSED_STEP,
    WORKER,
  ),
  refused(
    "update storno.letter set state = 'perhaps', version = version + 1 where state = 'sent'",
    REFUSED_STEP,
    WORKER,
  ),
  ...denied(
    "update storno.letter set facts = '{}', version = version + 1",
    "update storno.letter set account_id = 'acc_2', version = version + 1",
    'update storno.letter set occurrence = 2, version = version + 1',
    'delete from storno.letter',
    'truncate storno.letter cascade',
    'delete from storno.letter_refund',
    "update storno.letter_refund set kind = 'x'",
    'delete from storno_pii.letter_copy',
    "update storno_pii.letter_copy set letter_id = 'ltr_2'",
  ),
  // Who reads what was said, to whom.
  {
    sql: 'select recipient from storno_pii.letter_copy',
    code: DENIED,
    codes: { storno_worker: null, storno_support: null },
  },
  // Where money goes is written by the API, which cannot read it, and never again.
  {
    sql: 'select iban from storno_pii.bank_account',
    code: DENIED,
    codes: { storno_worker: null, storno_support: null },
  },
  { sql: 'select body from storno_pii.bank_file_body', code: DENIED, codes: { storno_worker: null } },
  refused(
    `${ACCOUNT} ('acc_1', 1, 'ES9121000418450200051332', 'Mallory', 'mallory', '2014-11-24', '2014-11-27')`,
    DUPLICATE,
    API,
  ),
  refused(
    `${ACCOUNT} ('acc_1', 2, 'ES9121000418450200051332', 'Mallory', 'mallory', '2014-11-24', '2014-11-24')`,
    CHECKED,
    API,
  ),
  refused(`${ACCOUNT} ('acc_1', 2, 'es91 2100', 'Mallory', 'm', '2014-11-24', '2014-11-27')`, CHECKED, API),
  ...denied(
    "update storno_pii.bank_account set iban = 'ES9121000418450200051332'",
    "update storno_pii.bank_account set usable_from = '2014-11-20'",
    'delete from storno_pii.bank_account',
    'update storno_pii.bank_file_body set body = null',
    'delete from storno_pii.bank_file_body',
  ),
  // An order stands in one file, and what the bank said stays said.
  refused(
    `${ORDER} ('e2e-1', 'bnk_1', 'acc_1', 'pln_1', 'lia_1', 2, 580, 'EUR', '2014-11-25', '2014-11-26')`,
    DUPLICATE,
    WORKER,
  ),
  refused(
    `${ORDER} ('e2e-2', 'bnk_1', 'acc_1', 'pln_1', 'lia_1', 1, 580, 'EUR', '2014-11-25', '2014-11-26')`,
    DUPLICATE,
    WORKER,
  ),
  refused(
    `${ORDER} ('e2e-3', 'bnk_1', 'acc_1', 'pln_1', 'lia_1', 3, 0, 'EUR', '2014-11-25', '2014-11-26')`,
    CHECKED,
    WORKER,
  ),
  refused(
    "insert into storno.bank_file values ('bnk_3', 'in', 'camt.053', 'S1', repeat('b', 64), 1, 'x', '2014-11-26')",
    DUPLICATE,
    WORKER,
  ),
  refused(
    "insert into storno.bank_movement values ('mov_1', 'bnk_2', 580, 'EUR', '2014-11-25', '{}', null)",
    DUPLICATE,
    WORKER,
  ),
  refused(
    "insert into storno.bank_match values ('mat_2', '{}', '{mov_1}', 'seen', 'anna', '2014-11-27')",
    CHECKED,
    API,
    WORKER,
  ),
  ...denied(
    'update storno.bank_order set amount_minor = 1',
    'delete from storno.bank_order',
    'update storno.bank_movement set amount_minor = 1',
    'delete from storno.bank_movement',
    "update storno.bank_file set sha256 = repeat('c', 64)",
    'truncate storno.bank_file cascade',
    "update storno.bank_match set movement_ids = '{mov_2}'",
    'delete from storno.bank_match',
  ),
];
