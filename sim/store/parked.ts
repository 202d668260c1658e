import { obligationText } from '../../src/core/live/charge/reference.ts';
import type { ObligationKey } from '../../src/core/live/charge.ts';
import { compareText, intentName, type Rows } from './rows.ts';

/** Parked intents whose last parking is in the outbox and in no alarm. */
export function parkedUnsaid(rows: Rows): readonly { readonly key: ObligationKey; readonly reason: string }[] {
  const parked = [...rows.intents.values()].filter(({ intent }) => intent.state === 'parked');
  if (parked.length === 0) return [];
  return parked
    .flatMap(({ intent: { key } }) => {
      const told = lastParking(rows, key);
      return told === null || isSaid(rows, key, told.happenedAt) ? [] : [{ key, ...told }];
    })
    .sort((one, other) => one.happenedAt - other.happenedAt || compareText(intentName(one.key), intentName(other.key)))
    .map(({ key, reason }) => ({ key, reason }));
}

function lastParking(
  rows: Rows,
  { accountId, rentalId, purpose, occurrence }: ObligationKey,
): { readonly reason: string; readonly happenedAt: number } | null {
  const told = [...rows.outbox.values()].findLast(
    ({ type, accountId: of, data }) =>
      type === 'charge.parked' &&
      of === accountId &&
      data.rental_id === rentalId &&
      data.purpose === purpose &&
      data.occurrence === occurrence,
  );
  return told === undefined ? null : { reason: String(told.data.reason), happenedAt: told.happenedAt };
}

function isSaid(rows: Rows, key: ObligationKey, since: number): boolean {
  return [...rows.alarms.values()].some(
    ({ kind, subject, at }) => kind === 'charge_parked' && at >= since && subject.startsWith(`${obligationText(key)}#`),
  );
}
