import type { Static } from 'typebox';
import type { Money } from '../core/kernel/money.ts';
import { type Instant, toRfc3339 } from '../core/kernel/time.ts';
import type { Lot } from '../core/ledger/lot.ts';
import type { ChargeIntent } from '../core/live/charge.ts';
import type { RentalRecord } from '../core/live/ended-rental.ts';
import type { Delivery, StoredEvent, WebhookEndpoint } from '../flow/ports/office.ts';
import type { Account, AttemptEvidence, Balance, Market } from '../flow/ports/store.ts';
import type { AccountShape, BalanceShape, LotShape } from './contract/account.ts';
import type { AttemptShape, ChargeShape } from './contract/charge.ts';
import type { DeliveryShape, EndpointShape, EventShape } from './contract/event.ts';
import type { MarketShape } from './contract/market.ts';
import type { RentalShape } from './contract/rental.ts';

/*
 * What stands in our words, said in the words of the wire. Sums are given to the serializer as they are: it writes a
 * bigint digit by digit, and the types of the contract know integers only as numbers.
 */

function integer(minor: bigint): number {
  return minor as unknown as number;
}

export function sayMoney({ amountMinor, currency }: Money) {
  return { amount: integer(amountMinor), currency };
}

function timeOrNull(instant: Instant | null): string | null {
  return instant === null ? null : toRfc3339(instant);
}

export function sayRental({ rental, revision, price, ...rest }: RentalRecord): Static<typeof RentalShape> {
  return {
    rental_id: rental.rentalId,
    account_id: rental.accountId,
    vehicle_id: rental.vehicleId,
    market: rental.market,
    started_at: toRfc3339(rental.startedAt),
    ended_at: toRfc3339(rental.endedAt),
    distance_meters: rental.distanceMeters,
    plan_id: rental.pricing.kind === 'plan' ? rental.pricing.planId : null,
    revision,
    price: {
      amount: integer(price.amount.amountMinor),
      vat: integer(price.vat.amountMinor),
      currency: price.amount.currency,
      billed_minutes: price.billedMinutes,
      free_minutes: price.lotUses.map(({ lotId, minutes }) => ({ lot_id: lotId, minutes })),
      lines: price.lines.map(({ kind, text, amountMinor }) => ({ kind, text, amount: integer(amountMinor) })),
    },
    plan_digest: rest.planDigest,
    recorded_at: toRfc3339(rest.recordedAt),
    voided_at: timeOrNull(rest.voidedAt),
  };
}

export function sayCharge({ key, amount, ...intent }: ChargeIntent): Static<typeof ChargeShape> {
  return {
    charge_id: `${key.rentalId}:${key.purpose}:${key.occurrence}`,
    rental_id: key.rentalId,
    account_id: key.accountId,
    purpose: key.purpose,
    occurrence: key.occurrence,
    state: intent.state,
    amount: sayMoney(amount),
    provider: intent.provider,
    next_attempt_at: timeOrNull(intent.runAt),
    declines: intent.declines,
    created_at: toRfc3339(intent.createdAt),
  };
}

export function sayAttempt(attempt: AttemptEvidence): Static<typeof AttemptShape> {
  return {
    generation: attempt.generation,
    state: attempt.state,
    idempotency_key: attempt.idempotencyKey,
    provider_ref: attempt.providerRef,
    sent_at: toRfc3339(attempt.sentAt),
    horizon_at: toRfc3339(attempt.horizonAt),
    evidence: attempt.seen.map(({ at, ...seen }) => ({ ...seen, at: toRfc3339(at) })),
  };
}

export function sayAccount({ accountId, homeMarket, locale, paymentMethod }: Account): Static<typeof AccountShape> {
  return {
    account_id: accountId,
    home_market: homeMarket,
    locale,
    payment_method:
      paymentMethod === null
        ? null
        : {
            provider: paymentMethod.provider,
            merchant_account: paymentMethod.merchantAccount,
            customer_ref: paymentMethod.customerRef,
            method_ref: paymentMethod.methodRef,
          },
  };
}

export function sayBalance({ ledgerAccount, dimension, asset, balance }: Balance): Static<typeof BalanceShape> {
  return { ledger_account: ledgerAccount, dimension, asset, balance: integer(balance) };
}

export function sayLot(lot: Lot): Static<typeof LotShape> {
  return {
    lot_id: lot.lotId,
    account_id: lot.accountId,
    market: lot.market,
    minutes: lot.minutes,
    remaining: lot.remaining,
    valid_from: toRfc3339(lot.validFrom),
    last_day: lot.lastDay,
    expires_at: toRfc3339(lot.expiresAt),
    source: lot.source,
    incident_id: lot.incidentId,
  };
}

export function sayMarket({ market, timeZone, currency, vatBasisPoints }: Market): Static<typeof MarketShape> {
  return { market, time_zone: timeZone, currency, vat_basis_points: vatBasisPoints };
}

export function sayEvent({ eventId, type, accountId, data, happenedAt }: StoredEvent): Static<typeof EventShape> {
  return {
    event_id: sayEventId(eventId),
    type,
    timestamp: toRfc3339(happenedAt),
    data: { ...(accountId === '' ? {} : { account_id: accountId }), ...data },
  };
}

export function sayEventId(eventId: string): string {
  return `evt_${eventId}`;
}

export function sayEndpoint(endpoint: WebhookEndpoint): Static<typeof EndpointShape> {
  return {
    endpoint_id: endpoint.endpointId,
    url: endpoint.url,
    types: [...endpoint.types],
    state: endpoint.state,
    recorded_at: toRfc3339(endpoint.recordedAt),
  };
}

export function sayDelivery(delivery: Delivery): Static<typeof DeliveryShape> {
  return {
    event_id: sayEventId(delivery.eventId),
    type: delivery.type,
    state: delivery.state,
    tries: delivery.tries,
    next_try_at: timeOrNull(delivery.runAt),
    last_tried_at: timeOrNull(delivery.lastTriedAt),
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
  };
}
