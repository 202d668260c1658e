import type { Pool } from 'pg';
import type { Account, LiveStore, Market, StoredPlan } from '../../../flow/ports/store.ts';
import { accountOf } from './rows.ts';
import { instantOf, type Row, runAlone, runForOne, type Statement, timeOf } from './sql.ts';

type Accounts = Pick<LiveStore, 'putAccount' | 'readAccount' | 'putMarket' | 'readMarket' | 'putPlan' | 'readPlan'>;

const METHOD = 'provider, merchant_account, customer_ref, method_ref';

const INSERT_ACCOUNT: Statement = {
  name: 'insert_account',
  text: `insert into storno.account (account_id, home_market, locale, ${METHOD}, recorded_at, changed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    on conflict (account_id) do nothing
    returning account_id`,
};

const UPDATE_ACCOUNT: Statement = {
  name: 'update_account',
  text: `update storno.account
    set home_market = $2, locale = $3, provider = $4, merchant_account = $5, customer_ref = $6, method_ref = $7,
      changed_at = $8
    where account_id = $1 and (home_market, locale, ${METHOD}) is distinct from ($2, $3, $4, $5, $6, $7)
    returning account_id`,
};

const READ_ACCOUNT: Statement = {
  name: 'read_account',
  text: `select account_id, home_market, locale, ${METHOD} from storno.account where account_id = $1`,
};

const INSERT_MARKET: Statement = {
  name: 'insert_market',
  text: `insert into storno.market (market, time_zone, currency, vat_basis_points, recorded_at)
    values ($1, $2, $3, $4, statement_timestamp())
    on conflict (market) do nothing
    returning market`,
};

const UPDATE_MARKET: Statement = {
  name: 'update_market',
  text: `update storno.market set time_zone = $2, currency = $3, vat_basis_points = $4
    where market = $1 and (time_zone, currency, vat_basis_points) is distinct from ($2, $3, $4)
    returning market`,
};

const READ_MARKET: Statement = {
  name: 'read_market',
  text: 'select market, time_zone, currency, vat_basis_points from storno.market where market = $1',
};

const INSERT_PLAN: Statement = {
  name: 'insert_plan',
  text: `insert into storno.plan (market, plan_id, digest, body, valid_from, recorded_at)
    values ($1, $2, $3, $4, $5, statement_timestamp())
    on conflict (market, plan_id, valid_from) do nothing
    returning digest`,
};

const READ_PLAN_DIGEST: Statement = {
  name: 'read_plan_digest',
  text: 'select digest from storno.plan where market = $1 and plan_id = $2 and valid_from = $3',
};

const READ_PLAN: Statement = {
  name: 'read_plan',
  text: `select market, plan_id, digest, body, valid_from from storno.plan
    where market = $1 and plan_id = $2 and valid_from <= $3
    order by valid_from desc
    limit 1`,
};

export function openAccounts(pool: Pool): Accounts {
  return {
    putAccount: (account, now) => put(pool, INSERT_ACCOUNT, UPDATE_ACCOUNT, accountValues(account, now)),
    async readAccount(accountId) {
      const row = await runForOne(pool, READ_ACCOUNT, [accountId]);
      return row === null ? null : accountOf(row);
    },
    putMarket: ({ market, timeZone, currency, vatBasisPoints }) =>
      put(pool, INSERT_MARKET, UPDATE_MARKET, [market, timeZone, currency, vatBasisPoints]),
    async readMarket(market) {
      const row = await runForOne(pool, READ_MARKET, [market]);
      return row === null ? null : marketOf(row);
    },
    async putPlan({ market, planId, digest, body, validFrom }) {
      const row = await runForOne(pool, INSERT_PLAN, [market, planId, digest, body, timeOf(validFrom)]);
      if (row !== null) return 'created';
      const there = await runForOne(pool, READ_PLAN_DIGEST, [market, planId, timeOf(validFrom)]);
      return there?.digest === digest ? 'exists' : 'differs';
    },
    async readPlan(market, planId, at) {
      const row = await runForOne(pool, READ_PLAN, [market, planId, timeOf(at)]);
      return row === null ? null : planOf(row);
    },
  };
}

/** Two statements, each a transaction: the second sees whoever was first, and changes nothing where nothing differs. */
async function put(pool: Pool, insert: Statement, update: Statement, values: unknown[]) {
  if ((await runAlone(pool, insert, values)).length > 0) return 'created';
  return (await runAlone(pool, update, values)).length > 0 ? 'updated' : 'exists';
}

function accountValues({ accountId, homeMarket, locale, paymentMethod: method }: Account, now: number): unknown[] {
  return [
    accountId,
    homeMarket,
    locale,
    method?.provider ?? null,
    method?.merchantAccount ?? null,
    method?.customerRef ?? null,
    method?.methodRef ?? null,
    timeOf(now),
  ];
}

function marketOf(row: Row): Market {
  return {
    market: row.market as string,
    timeZone: row.time_zone as string,
    currency: row.currency as string,
    vatBasisPoints: row.vat_basis_points as number,
  };
}

function planOf(row: Row): StoredPlan {
  return {
    market: row.market as string,
    planId: row.plan_id as string,
    digest: row.digest as string,
    body: row.body as string,
    validFrom: instantOf(row.valid_from),
  };
}
