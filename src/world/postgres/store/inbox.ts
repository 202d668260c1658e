import type { Pool } from 'pg';
import type { ClaimedEvent, LiveStore } from '../../../flow/ports/store.ts';
import { instantOf, type Row, runAlone, runForOne, type Statement, timeOf, timeOrNull } from './sql.ts';

type Inbox = Pick<LiveStore, 'receiveEvent' | 'claimEvents' | 'finishEvent'>;

const RECEIVE: Statement = {
  name: 'receive_event',
  text: `insert into storno.inbox (provider, merchant_account, event_id, type, object_ref, body, created_at, received_at,
      state, tries, run_at, note)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'new', 0, $8, '')
    on conflict (provider, merchant_account, event_id) do nothing
    returning event_id`,
};

/** A lease is a later `run_at`: whoever dies with an event leaves it to be claimed again then. */
const CLAIM: Statement = {
  name: 'claim_events',
  text: `with picked as (
    select provider, merchant_account, event_id, run_at from storno.inbox
    where run_at <= $1
    order by run_at, provider collate "C", merchant_account collate "C", event_id collate "C"
    limit $3
    for update skip locked
  ), claimed as (
    update storno.inbox as i set run_at = $2, tries = i.tries + 1
    from picked as p
    where i.provider = p.provider and i.merchant_account = p.merchant_account and i.event_id = p.event_id
    returning i.provider, i.merchant_account, i.event_id, i.type, i.object_ref, i.created_at, i.received_at, i.tries,
      p.run_at as waited_from
  )
  select * from claimed
  order by waited_from, provider collate "C", merchant_account collate "C", event_id collate "C"`,
};

/** What is done stays done, whoever comes late. */
const FINISH: Statement = {
  name: 'finish_event',
  text: `update storno.inbox set state = $4, run_at = $5, note = $6
    where provider = $1 and merchant_account = $2 and event_id = $3 and state in ('new', 'parked')`,
};

export function openInbox(pool: Pool): Inbox {
  return {
    async receiveEvent({ provider, merchantAccount, eventId, type, objectRef, createdAt }, body, now) {
      const values = [provider, merchantAccount, eventId, type, objectRef, body, timeOf(createdAt), timeOf(now)];
      return (await runForOne(pool, RECEIVE, values)) === null ? 'repeated' : 'stored';
    },
    async claimEvents({ now, leaseUntil, limit }) {
      return (await runAlone(pool, CLAIM, [timeOf(now), timeOf(leaseUntil), limit])).map(claimedOf);
    },
    async finishEvent({ event, state, retryAt, note }) {
      const { provider, merchantAccount, eventId } = event;
      await runAlone(pool, FINISH, [
        provider,
        merchantAccount,
        eventId,
        state,
        timeOrNull(state === 'parked' ? retryAt : null),
        note,
      ]);
    },
  };
}

function claimedOf(row: Row): ClaimedEvent {
  return {
    event: {
      provider: row.provider as string,
      merchantAccount: row.merchant_account as string,
      eventId: row.event_id as string,
      type: row.type as string,
      objectRef: row.object_ref as string,
      createdAt: instantOf(row.created_at),
    },
    tries: row.tries as number,
    receivedAt: instantOf(row.received_at),
  };
}
