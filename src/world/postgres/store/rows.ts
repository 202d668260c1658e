import { money } from '../../../core/kernel/money.ts';
import type { Lot, LotUse } from '../../../core/ledger/lot.ts';
import type { Transfer } from '../../../core/ledger/transfer.ts';
import type {
  Attempt,
  Capture,
  ChargeIntent,
  ObligationKey,
  PaymentMethod,
  SightedPayment,
} from '../../../core/live/charge.ts';
import type { PriceLine, RentalRecord } from '../../../core/live/ended-rental.ts';
import type { Account } from '../../../flow/ports/store.ts';
import { instantOf, instantOrNull, type Row } from './sql.ts';

/** Rows of the tables as the program's own values. The schema's checks are what makes the casts true. */

export function accountOf(row: Row): Account {
  return {
    accountId: row.account_id as string,
    homeMarket: row.home_market as string,
    locale: row.locale as string,
    paymentMethod: methodOf(row),
  };
}

export function methodOf(row: Row): PaymentMethod | null {
  if (row.provider === null) return null;
  return {
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    customerRef: row.customer_ref as string,
    methodRef: row.method_ref as string,
  };
}

export function recordOf(row: Row): RentalRecord {
  const currency = row.currency as string;
  const amount = money(row.amount_minor as bigint, currency);
  const planId = row.plan_id as string | null;
  return {
    rental: {
      rentalId: row.rental_id as string,
      accountId: row.account_id as string,
      vehicleId: row.vehicle_id as string | null,
      market: row.market as string,
      startedAt: instantOf(row.started_at),
      endedAt: instantOf(row.ended_at),
      distanceMeters: row.distance_meters as number | null,
      // A stated price is charged as stated, minutes or not.
      pricing: planId === null ? { kind: 'stated', amountDue: amount } : { kind: 'plan', planId },
    },
    revision: row.revision as number,
    price: {
      amount,
      vat: money(row.vat_minor as bigint, currency),
      billedMinutes: row.billed_minutes as number,
      lotUses: (row.lot_uses as LotUse[]).map(({ lotId, minutes }) => ({ lotId, minutes })),
      lines: (row.price_lines as PriceLine[]).map(({ kind, text, amountMinor }) => ({
        kind,
        text,
        amountMinor: BigInt(amountMinor),
      })),
    },
    planDigest: row.plan_digest as string | null,
    recordedAt: instantOf(row.recorded_at),
    voidedAt: instantOrNull(row.voided_at),
  };
}

export function lotOf(row: Row): Lot {
  return {
    accountId: row.account_id as string,
    lotId: row.lot_id as string,
    market: row.market as string,
    minutes: row.minutes as number,
    remaining: row.remaining as number,
    validFrom: instantOf(row.valid_from),
    lastDay: row.last_day as string,
    expiresAt: instantOf(row.expires_at),
    source: row.source as string,
    incidentId: row.incident_id as string | null,
  };
}

export function keyOf(row: Row): ObligationKey {
  return {
    accountId: row.account_id as string,
    rentalId: row.rental_id as string,
    purpose: row.purpose as ObligationKey['purpose'],
    occurrence: row.occurrence as number,
  };
}

export function intentOf(row: Row): ChargeIntent {
  return {
    key: keyOf(row),
    state: row.state as ChargeIntent['state'],
    amount: money(row.amount_minor as bigint, row.currency as string),
    provider: row.provider as string,
    runAt: instantOrNull(row.run_at),
    version: row.version as number,
    declines: row.declines as number,
    createdAt: instantOf(row.created_at),
  };
}

export function attemptOf(row: Row): Attempt {
  return {
    key: keyOf(row),
    generation: row.generation as number,
    state: row.state as Attempt['state'],
    idempotencyKey: row.idempotency_key as string,
    requestDigest: row.request_digest as string,
    paymentMethod: {
      provider: row.provider as string,
      merchantAccount: row.merchant_account as string,
      customerRef: row.customer_ref as string,
      methodRef: row.method_ref as string,
    },
    sentAt: instantOf(row.sent_at),
    horizonAt: instantOf(row.horizon_at),
    providerRef: row.provider_ref as string | null,
    declineCode: row.decline_code as string | null,
    absentAt: (row.absent_at as unknown[]).map(instantOf),
  };
}

export function captureOf(row: Row): Capture {
  return {
    key: keyOf(row),
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    providerRef: row.provider_ref as string,
    amount: money(BigInt(row.captured_minor as bigint | string), row.currency as string),
    capturedAt: instantOf(row.captured_at),
    isSurplus: row.is_surplus as boolean,
  };
}

export function transferOf(row: Row): Transfer {
  return {
    accountId: row.account_id as string,
    kind: row.kind as Transfer['kind'],
    sourceRef: row.source_ref as string,
    debit: row.debit as Transfer['debit'],
    credit: row.credit as Transfer['credit'],
    dimension: row.dimension as string,
    asset: row.asset as string,
    amount: row.amount as bigint,
    corrects: row.corrects as string | null,
    happenedAt: instantOf(row.happened_at),
  };
}

export function sightedOf(row: Row): SightedPayment {
  return {
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    providerRef: row.provider_ref as string,
    occurrence: row.occurrence as number,
    createdAt: instantOf(row.created_at),
  };
}
