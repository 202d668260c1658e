import type { Pool } from 'pg';
import type { Unpayable } from '../../../flow/ports/campaign.ts';
import { appendAudit } from '../audit.ts';
import { inTransaction, Rollback, run, type Statement, timeOf } from '../store/sql.ts';

const READ_LEFT: Statement = {
  name: 'read_left_of_liability',
  text: `select l.incident_id, l.currency, l.reserved_minor, l.owed_minor - l.reserved_minor - l.refunded_minor
      - l.transferred_minor - l.credited_minor - l.elsewhere_minor - l.unpayable_minor as left_minor
    from storno.liability as l
    where l.account_id = $1 and l.liability_id = $2
    for update`,
};

const SET_UNPAYABLE: Statement = {
  name: 'set_unpayable',
  text: `update storno.liability set unpayable_minor = unpayable_minor + $3, version = version + 1
    where account_id = $1 and liability_id = $2`,
};

const PUT_REASON: Statement = {
  name: 'put_unpayable',
  text: `insert into storno.liability_unpayable
      (account_id, liability_id, amount_minor, currency, reason, decided_by, decided_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
};

/** The words of the reason stay out of the log: a person wrote them. */
export function setUnpayable(
  pool: Pool,
  { accountId, liabilityId, reason, by, now }: Unpayable,
): Promise<bigint | 'nothing_left' | 'unknown'> {
  return inTransaction<bigint | 'nothing_left' | 'unknown'>(pool, async (on) => {
    const [row] = await run(on, READ_LEFT, [accountId, liabilityId]);
    if (row === undefined) throw new Rollback('unknown');
    const left = row.left_minor as bigint;
    if (left <= 0n || (row.reserved_minor as bigint) > 0n) throw new Rollback('nothing_left');
    await run(on, SET_UNPAYABLE, [accountId, liabilityId, left]);
    const { currency } = row;
    await run(on, PUT_REASON, [accountId, liabilityId, left, currency, reason, by, timeOf(now)]);
    await appendAudit(on, {
      accountId,
      incidentId: row.incident_id as string,
      at: now,
      actor: by,
      action: 'liability.unpayable',
      subject: liabilityId,
      payload: { amount_minor: String(left) },
    });
    return left;
  });
}
