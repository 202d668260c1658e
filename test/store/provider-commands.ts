import { MINUTE_MS } from '../../src/core/kernel/time.ts';
import { decideMovement } from '../../src/core/live/movement.ts';
import type { ProviderEvent, ProviderPayment } from '../../src/flow/ports/provider.ts';
import type { LiveStore, SeenPayment } from '../../src/flow/ports/store.ts';
import * as sample from './samples.ts';
import { type Command, rentalId, type Session } from './session.ts';

function eventOf(session: Session): ProviderEvent {
  return {
    provider: 'stripe',
    merchantAccount: 'acct_1',
    eventId: `${session.prefix}evt_${session.chance.int(4)}`,
    type: 'charge.succeeded',
    objectRef: 'ch_1',
    createdAt: sample.NOW,
  };
}

export function receive(session: Session): Command {
  const [event, now] = [eventOf(session), session.now];
  return { name: 'receiveEvent', run: (store) => store.receiveEvent(event, '{}', now) };
}

export function finish(session: Session): Command {
  const { now } = session;
  if (session.chance.happens(0.5)) {
    const request = { now, leaseUntil: now + MINUTE_MS, limit: session.chance.between(1, 3) };
    return { name: 'claimEvents', run: (store) => store.claimEvents(request) };
  }
  const state = session.chance.pick(['done', 'parked', 'given_up'] as const);
  const finished = { event: eventOf(session), state, retryAt: state === 'parked' ? now + MINUTE_MS : null, note: 'n' };
  return { name: 'finishEvent', run: (store) => store.finishEvent(finished) };
}

/** What a listing shows, and what a capture may name. */
export function sightedRef({ prefix }: Session, number: number): string {
  return `${prefix}pay_${number}`;
}

export function recordPayment(session: Session): Command {
  const { chance, now, prefix } = session;
  const number = chance.int(6);
  const kind = number === 0 ? 'refund' : 'charge';
  const payment: ProviderPayment = {
    provider: 'stripe',
    merchantAccount: 'acct_1',
    providerRef: sightedRef(session, number),
    kind,
    parentRef: kind === 'refund' ? sightedRef(session, 1) : null,
    status: chance.pick(['succeeded', 'pending', 'failed', 'canceled'] as const),
    amount: { amountMinor: 1450n, currency: 'EUR' },
    createdAt: sample.NOW - number,
    code: chance.happens(0.5) ? 'card_declined' : null,
    metadata: {},
  };
  const key =
    number === 2
      ? null
      : ({
          accountId: `${prefix}a`,
          rentalId: `${prefix}r${number % 2}`,
          purpose: 'rental',
          occurrence: number < 4 ? 1 : 2,
        } as const);
  const seen: SeenPayment = { payment, key };
  return { name: 'recordPayments', run: (store) => store.recordPayments([seen], now) };
}

export function recordLine(session: Session): Command {
  const { chance, now, prefix } = session;
  const line = `${prefix}txn_${chance.int(5)}`;
  const booked = {
    line: {
      provider: 'stripe',
      merchantAccount: 'acct_1',
      lineId: line,
      paymentRef: `${prefix}pay_1`,
      kind: 'charge',
      amount: { amountMinor: 1450n, currency: 'EUR' },
      fee: { amountMinor: 45n, currency: 'EUR' },
      bookedAt: sample.NOW,
    },
    accountId: `${prefix}a`,
    transfers: [
      {
        accountId: `${prefix}a`,
        kind: 'settled',
        sourceRef: line,
        debit: 'house_provider',
        credit: 'house_clearing',
        dimension: 'stripe',
        asset: 'EUR',
        amount: 1405n,
        corrects: null,
        happenedAt: sample.NOW,
      },
    ],
  } as const;
  return { name: 'recordLedgerLines', run: (store) => store.recordLedgerLines([booked], now) };
}

/** Refunds and disputes of captures, and of some that nobody knows. */
export async function move(session: Session, twin: LiveStore): Promise<Command> {
  const { chance, now } = session;
  const id = rentalId(session);
  const intents = await twin.readIntents(id);
  const intent = intents.length > 0 ? chance.pick(intents) : null;
  const found = intent && (await twin.readCase(intent.key));
  const capture = found?.captures.length ? chance.pick(found.captures) : null;
  const key = intent?.key ?? {
    accountId: `${session.prefix}a`,
    rentalId: id,
    purpose: 'rental' as const,
    occurrence: 1,
  };
  const kind = chance.pick(['refund', 'refund', 'chargeback', 'chargeback_reversal'] as const);
  const dispute = `${capture?.providerRef ?? 'ch_none'}_${kind === 'refund' ? 're' : 'dp'}${chance.int(2)}`;
  const payment: ProviderPayment = {
    provider: 'stripe',
    merchantAccount: 'acct_1',
    providerRef: kind === 'chargeback_reversal' ? `${dispute}:won` : dispute,
    kind,
    parentRef: capture?.providerRef ?? 'ch_none',
    status: kind === 'refund' && chance.happens(0.3) ? 'failed' : 'succeeded',
    amount: { amountMinor: (capture?.amount.amountMinor ?? 100n) / 2n, currency: 'EUR' },
    createdAt: now,
    code: null,
    metadata: {},
  };
  const decided = decideMovement(key, payment);
  if (decided === null) return { name: 'readIntents', run: (store) => store.readIntents(id) };
  return { name: `recordMovement ${kind}`, run: (store) => store.recordMovement({ payment, key, ...decided }) };
}
