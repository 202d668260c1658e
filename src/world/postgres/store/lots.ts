import type { Pool } from 'pg';
import type { LiveStore } from '../../../flow/ports/store.ts';
import { lotOf } from './rows.ts';
import { EVENT, LOT, TRANSFER } from './shapes.ts';
import { fromScalars, namesOf, runAlone, type Statement, scalarsOf, timeOf } from './sql.ts';

type Lots = Pick<LiveStore, 'readLots' | 'grantLot' | 'readLapsedLots' | 'expireLot'>;

export const LOT_COLUMNS = namesOf(LOT);

/** Soonest expiry first, then oldest; the id makes the order whole. */
export const LOT_ORDER = 'expires_at, valid_from, lot_id collate "C"';

const READ_LOTS: Statement = {
  name: 'read_lots',
  text: `select ${LOT_COLUMNS} from storno.lot
    where account_id = $1 and market = $2 and remaining > 0
    order by ${LOT_ORDER}`,
};

const READ_LAPSED_LOTS: Statement = {
  name: 'read_lapsed_lots',
  text: `select ${LOT_COLUMNS} from storno.lot
    where expires_at <= $1 and remaining > 0
    order by expires_at, account_id collate "C", lot_id collate "C"
    limit $2`,
};

/** What is booked and told, where the part before has written. */
function booked(transferAt: number, after: string): string {
  return `transfer as (
    insert into storno.transfer (${namesOf(TRANSFER)})
    select ${namesOf(TRANSFER, 't.')} from ${fromScalars(TRANSFER, transferAt, 't')}, ${after}
  ),
  event as (
    insert into storno.outbox (${namesOf(EVENT)})
    select ${namesOf(EVENT, 'e.')} from ${fromScalars(EVENT, transferAt + TRANSFER.length, 'e')}, ${after}
  )`;
}

const GRANT_LOT: Statement = {
  name: 'grant_lot',
  text: `with granted as (
    insert into storno.lot (${LOT_COLUMNS}, recorded_at)
    select l.*, statement_timestamp() from ${fromScalars(LOT, 1, 'l')}
    on conflict do nothing
    returning lot_id
  ), ${booked(LOT.length + 1, 'granted')}
  select lot_id from granted`,
};

const EXPIRE_LOT: Statement = {
  name: 'expire_lot',
  text: `with expired as (
    update storno.lot set remaining = 0
    where account_id = $1 and lot_id = $2 and remaining = $3 and remaining > 0
    returning lot_id
  ), ${booked(4, 'expired')}
  select lot_id from expired`,
};

export function openLots(pool: Pool): Lots {
  return {
    async readLots(accountId, market) {
      return (await runAlone(pool, READ_LOTS, [accountId, market])).map(lotOf);
    },
    async readLapsedLots(now, limit) {
      return (await runAlone(pool, READ_LAPSED_LOTS, [timeOf(now), limit])).map(lotOf);
    },
    async grantLot({ lot, transfer, event }) {
      const values = [...scalarsOf(LOT, lot), ...scalarsOf(TRANSFER, transfer), ...scalarsOf(EVENT, event)];
      return (await runAlone(pool, GRANT_LOT, values)).length > 0 ? 'created' : 'exists';
    },
    async expireLot({ lot, transfer, event }) {
      const values = [
        lot.accountId,
        lot.lotId,
        lot.remaining,
        ...scalarsOf(TRANSFER, transfer),
        ...scalarsOf(EVENT, event),
      ];
      return (await runAlone(pool, EXPIRE_LOT, values)).length > 0 ? 'applied' : 'stale';
    },
  };
}
