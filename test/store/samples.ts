import type { OutboxEvent } from '../../src/core/fact/event.ts';
import { money } from '../../src/core/kernel/money.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../src/core/kernel/time.ts';
import type { LotUse } from '../../src/core/ledger/lot.ts';
import { minutesOf, type Transfer } from '../../src/core/ledger/transfer.ts';
import { unchanged } from '../../src/core/live/charge/case.ts';
import { idempotencyKeyOf, obligationText } from '../../src/core/live/charge/reference.ts';
import type { Attempt, Capture, ChargeCase, ChargeChange, ObligationKey } from '../../src/core/live/charge.ts';
import type { Account, LiveStore, RentalEnding } from '../../src/flow/ports/store.ts';

/** Values as the flows make them, small and made by hand: what a store is asked, not how it is decided. */

export const NOW: Instant = Date.UTC(2026, 10, 2, 8, 30, 0, 125);
export const MARKET = 'milano';
export const CURRENCY = 'EUR';

export function account(accountId: string): Account {
  return {
    accountId,
    homeMarket: MARKET,
    locale: 'it-IT',
    paymentMethod: {
      provider: 'stripe',
      merchantAccount: 'acct_1',
      customerRef: `cus_${accountId}`,
      methodRef: `pm_${accountId}`,
    },
  };
}

export interface EndingParts {
  readonly accountId: string;
  readonly rentalId: string;
  readonly amountMinor: bigint;
  readonly uses: readonly LotUse[];
  readonly at: Instant;
}

export function ending(parts: EndingParts): RentalEnding {
  return endingOf(parts, 1, 1);
}

/** A revision with the occurrence of the purpose `rental` that it opens. */
export function endingOf(parts: EndingParts, revision: number, occurrence: number): RentalEnding {
  const { accountId, rentalId, amountMinor, uses, at } = parts;
  const key: ObligationKey = { accountId, rentalId, purpose: 'rental', occurrence };
  const amount = money(amountMinor, CURRENCY);
  const vatMinor = (amountMinor * 22n) / 122n;
  return {
    record: {
      rental: {
        rentalId,
        accountId,
        vehicleId: 'v-17',
        market: MARKET,
        startedAt: at - 20 * MINUTE_MS,
        endedAt: at,
        distanceMeters: null,
        pricing: uses.length > 0 ? { kind: 'plan', planId: 'base' } : { kind: 'stated', amountDue: amount },
      },
      revision,
      price: {
        amount,
        vat: money(vatMinor, CURRENCY),
        billedMinutes: 20,
        lotUses: uses,
        lines: [{ kind: 'stated', text: 'As "stated", net', amountMinor }],
      },
      planDigest: uses.length > 0 ? 'a'.repeat(64) : null,
      recordedAt: at,
      voidedAt: null,
    },
    intent:
      amountMinor === 0n
        ? null
        : {
            key,
            state: 'due',
            amount,
            provider: 'stripe',
            runAt: at,
            version: 1,
            declines: 0,
            createdAt: at,
          },
    transfers: [
      ...booked({ accountId, sourceRef: `${rentalId}:${revision}`, amountMinor, vatMinor, at }),
      ...uses.map((use) => used(accountId, `${obligationText(key)}:${use.lotId}`, use, at)),
    ],
    events: [event('rental.ended', accountId, { rental_id: rentalId, revision }, at)],
  };
}

function booked(parts: {
  readonly accountId: string;
  readonly sourceRef: string;
  readonly amountMinor: bigint;
  readonly vatMinor: bigint;
  readonly at: Instant;
}): readonly Transfer[] {
  const { accountId, sourceRef, amountMinor, vatMinor, at } = parts;
  const common = { accountId, sourceRef, debit: 'account_receivable', asset: CURRENCY, happenedAt: at } as const;
  const lines: readonly Transfer[] = [
    {
      ...common,
      kind: 'rental_ended',
      credit: 'house_revenue',
      dimension: '',
      amount: amountMinor - vatMinor,
      corrects: null,
    },
    { ...common, kind: 'rental_vat', credit: 'house_vat', dimension: '', amount: vatMinor, corrects: null },
  ];
  return lines.filter(({ amount }) => amount > 0n);
}

function used(accountId: string, sourceRef: string, use: LotUse, at: Instant): Transfer {
  return {
    accountId,
    kind: 'minutes_used',
    sourceRef,
    debit: 'account_minutes',
    credit: 'house_minutes_used',
    dimension: use.lotId,
    asset: minutesOf(MARKET),
    amount: BigInt(use.minutes),
    corrects: null,
    happenedAt: at,
  };
}

export function event(
  type: OutboxEvent['type'],
  accountId: string,
  data: OutboxEvent['data'],
  at: Instant,
): OutboxEvent {
  return { type, accountId, data, happenedAt: at };
}

export function grant(parts: {
  readonly accountId: string;
  readonly lotId: string;
  readonly minutes: number;
  readonly incidentId: string | null;
  readonly at: Instant;
  readonly days: number;
}): Parameters<LiveStore['grantLot']>[0] {
  const { accountId, lotId, minutes, incidentId, at, days } = parts;
  return {
    lot: {
      accountId,
      lotId,
      market: MARKET,
      minutes,
      remaining: minutes,
      validFrom: at,
      lastDay: new Date(at + days * DAY_MS).toISOString().slice(0, 10),
      expiresAt: at + days * DAY_MS,
      source: 'goodwill',
      incidentId,
    },
    transfer: {
      accountId,
      kind: 'minutes_granted',
      sourceRef: lotId,
      debit: 'house_minutes_granted',
      credit: 'account_minutes',
      dimension: lotId,
      asset: minutesOf(MARKET),
      amount: BigInt(minutes),
      corrects: null,
      happenedAt: at,
    },
    event: event('lot.granted', accountId, { lot_id: lotId, minutes }, at),
  };
}

export function attempt(key: ObligationKey, generation: number, at: Instant): Attempt {
  return {
    key,
    generation,
    state: 'sent',
    idempotencyKey: idempotencyKeyOf(key, generation),
    requestDigest: 'b'.repeat(64),
    paymentMethod: { provider: 'stripe', merchantAccount: 'acct_1', customerRef: 'cus_1', methodRef: 'pm_1' },
    sentAt: at,
    horizonAt: at + 22 * HOUR_MS,
    providerRef: null,
    declineCode: null,
    absentAt: [],
  };
}

/** The next attempt is written down: what comes before a request. */
export function started(found: ChargeCase, at: Instant): ChargeChange {
  return {
    ...unchanged(found),
    state: 'in_flight',
    runAt: at + MINUTE_MS,
    attempt: attempt(found.intent.key, found.attempts.length + 1, at),
  };
}

export function captureOf(found: ChargeCase, providerRef: string, at: Instant): Capture {
  const { key, amount, provider } = found.intent;
  return { key, provider, merchantAccount: 'acct_1', providerRef, amount, capturedAt: at, isSurplus: false };
}

export function captured(capture: Capture): Transfer {
  return {
    accountId: capture.key.accountId,
    kind: capture.isSurplus ? 'surplus_capture' : 'capture',
    sourceRef: `${capture.provider}:${capture.merchantAccount}:${capture.providerRef}`,
    debit: 'house_clearing',
    credit: capture.isSurplus ? 'account_payable' : 'account_receivable',
    dimension: capture.provider,
    asset: capture.amount.currency,
    amount: capture.amount.amountMinor,
    corrects: null,
    happenedAt: capture.capturedAt,
  };
}

/** The open attempt took the money. */
export function succeeded(found: ChargeCase, providerRef: string, at: Instant): ChargeChange {
  const last = found.attempts.at(-1);
  if (last === undefined) throw new Error('nothing was sent');
  const capture = captureOf(found, providerRef, at);
  return {
    ...unchanged(found),
    state: 'succeeded',
    runAt: null,
    attempt: { ...last, state: 'succeeded', providerRef },
    evidence: {
      generation: last.generation,
      observation: {
        source: 'answer',
        at,
        outcome: 'succeeded',
        providerRef,
        amount: capture.amount,
        merchantAccount: 'acct_1',
        declineCode: null,
        detail: 'HTTP 200',
      },
    },
    capture,
    transfers: [captured(capture)],
    events: [event('charge.succeeded', capture.key.accountId, { rental_id: capture.key.rentalId }, at)],
  };
}

/** The open attempt was declined for good; the next may begin at once. */
export function declined(found: ChargeCase, at: Instant): ChargeChange {
  const last = found.attempts.at(-1);
  if (last === undefined) throw new Error('nothing was sent');
  return {
    ...unchanged(found),
    state: 'due',
    runAt: at,
    declines: found.intent.declines + 1,
    attempt: { ...last, state: 'failed_final', declineCode: 'card_declined' },
    evidence: {
      generation: last.generation,
      observation: {
        source: 'answer',
        at,
        outcome: 'failed_final',
        providerRef: null,
        amount: null,
        merchantAccount: 'acct_1',
        declineCode: 'card_declined',
        detail: 'HTTP 402',
      },
    },
    events: [event('charge.declined', found.intent.key.accountId, { rental_id: found.intent.key.rentalId }, at)],
  };
}
