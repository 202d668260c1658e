import type { OutboxEvent } from '../../../core/fact/event.ts';
import type { Lot, LotUse } from '../../../core/ledger/lot.ts';
import type { Transfer } from '../../../core/ledger/transfer.ts';
import type { Attempt, Capture, ChargeIntent, ObligationKey } from '../../../core/live/charge.ts';
import type { RentalRecord } from '../../../core/live/ended-rental.ts';
import { type Shape, timeOf, timeOrNull } from './sql.ts';

/** The rows of the tables, as they travel to the database. What they look like coming back stands in `rows.ts`. */

export const RENTAL: Shape<RentalRecord> = [
  ['account_id', 'text', ({ rental }) => rental.accountId],
  ['rental_id', 'text', ({ rental }) => rental.rentalId],
  ['revision', 'int', ({ revision }) => revision],
  ['vehicle_id', 'text', ({ rental }) => rental.vehicleId],
  ['market', 'text', ({ rental }) => rental.market],
  ['started_at', 'timestamptz', ({ rental }) => timeOf(rental.startedAt)],
  ['ended_at', 'timestamptz', ({ rental }) => timeOf(rental.endedAt)],
  ['distance_meters', 'int', ({ rental }) => rental.distanceMeters],
  ['plan_id', 'text', ({ rental }) => (rental.pricing.kind === 'plan' ? rental.pricing.planId : null)],
  ['plan_digest', 'text', ({ planDigest }) => planDigest],
  ['amount_minor', 'bigint', ({ price }) => price.amount.amountMinor],
  ['vat_minor', 'bigint', ({ price }) => price.vat.amountMinor],
  ['currency', 'text', ({ price }) => price.amount.currency],
  ['billed_minutes', 'int', ({ price }) => price.billedMinutes],
  ['price_lines', 'jsonb', ({ price }) => JSON.stringify(price.lines, exactly)],
  ['lot_uses', 'jsonb', ({ price }) => JSON.stringify(price.lotUses)],
  ['recorded_at', 'timestamptz', ({ recordedAt }) => timeOf(recordedAt)],
];

/** JSON's numbers end at 2^53; amounts are written as text. */
function exactly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

export interface NewIntent {
  readonly intent: ChargeIntent;
  readonly revision: number;
}

export const INTENT: Shape<NewIntent> = [
  ['account_id', 'text', ({ intent }) => intent.key.accountId],
  ['rental_id', 'text', ({ intent }) => intent.key.rentalId],
  ['purpose', 'text', ({ intent }) => intent.key.purpose],
  ['occurrence', 'int', ({ intent }) => intent.key.occurrence],
  ['revision', 'int', ({ revision }) => revision],
  ['state', 'text', ({ intent }) => intent.state],
  ['amount_minor', 'bigint', ({ intent }) => intent.amount.amountMinor],
  ['currency', 'text', ({ intent }) => intent.amount.currency],
  ['provider', 'text', ({ intent }) => intent.provider],
  ['run_at', 'timestamptz', ({ intent }) => timeOrNull(intent.runAt)],
  ['version', 'int', ({ intent }) => intent.version],
  ['declines', 'int', ({ intent }) => intent.declines],
  ['created_at', 'timestamptz', ({ intent }) => timeOf(intent.createdAt)],
];

export const KEY: Shape<ObligationKey> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['rental_id', 'text', ({ rentalId }) => rentalId],
  ['purpose', 'text', ({ purpose }) => purpose],
  ['occurrence', 'int', ({ occurrence }) => occurrence],
];

export const TRANSFER: Shape<Transfer> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['kind', 'text', ({ kind }) => kind],
  ['source_ref', 'text', ({ sourceRef }) => sourceRef],
  ['debit', 'text', ({ debit }) => debit],
  ['credit', 'text', ({ credit }) => credit],
  ['dimension', 'text', ({ dimension }) => dimension],
  ['asset', 'text', ({ asset }) => asset],
  ['amount', 'bigint', ({ amount }) => amount],
  ['corrects', 'text', ({ corrects }) => corrects],
  ['happened_at', 'timestamptz', ({ happenedAt }) => timeOf(happenedAt)],
];

export const EVENT: Shape<OutboxEvent> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['type', 'text', ({ type }) => type],
  ['data', 'jsonb', ({ data }) => JSON.stringify(data)],
  ['happened_at', 'timestamptz', ({ happenedAt }) => timeOf(happenedAt)],
];

export interface AccountLotUse extends LotUse {
  readonly accountId: string;
}

export const USE: Shape<AccountLotUse> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['lot_id', 'text', ({ lotId }) => lotId],
  ['minutes', 'int', ({ minutes }) => minutes],
];

export const LOT: Shape<Lot> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['lot_id', 'text', ({ lotId }) => lotId],
  ['market', 'text', ({ market }) => market],
  ['minutes', 'int', ({ minutes }) => minutes],
  ['remaining', 'int', ({ remaining }) => remaining],
  ['valid_from', 'timestamptz', ({ validFrom }) => timeOf(validFrom)],
  ['last_day', 'date', ({ lastDay }) => lastDay],
  ['expires_at', 'timestamptz', ({ expiresAt }) => timeOf(expiresAt)],
  ['source', 'text', ({ source }) => source],
  ['incident_id', 'text', ({ incidentId }) => incidentId],
];

export const ATTEMPT: Shape<Attempt> = [
  ['account_id', 'text', ({ key }) => key.accountId],
  ['rental_id', 'text', ({ key }) => key.rentalId],
  ['purpose', 'text', ({ key }) => key.purpose],
  ['occurrence', 'int', ({ key }) => key.occurrence],
  ['generation', 'int', ({ generation }) => generation],
  ['state', 'text', ({ state }) => state],
  ['idempotency_key', 'text', ({ idempotencyKey }) => idempotencyKey],
  ['request_digest', 'text', ({ requestDigest }) => requestDigest],
  ['provider', 'text', ({ paymentMethod }) => paymentMethod.provider],
  ['merchant_account', 'text', ({ paymentMethod }) => paymentMethod.merchantAccount],
  ['customer_ref', 'text', ({ paymentMethod }) => paymentMethod.customerRef],
  ['method_ref', 'text', ({ paymentMethod }) => paymentMethod.methodRef],
  ['sent_at', 'timestamptz', ({ sentAt }) => timeOf(sentAt)],
  ['horizon_at', 'timestamptz', ({ horizonAt }) => timeOf(horizonAt)],
  ['provider_ref', 'text', ({ providerRef }) => providerRef],
  ['decline_code', 'text', ({ declineCode }) => declineCode],
  // An array inside of an array would have to be of one length in all rows: it travels as text.
  ['absent_at', 'text', ({ absentAt }) => `{${absentAt.map(timeOf).join(',')}}`],
];

export const CAPTURE: Shape<Capture> = [
  ['account_id', 'text', ({ key }) => key.accountId],
  ['rental_id', 'text', ({ key }) => key.rentalId],
  ['purpose', 'text', ({ key }) => key.purpose],
  ['occurrence', 'int', ({ key }) => key.occurrence],
  ['provider', 'text', ({ provider }) => provider],
  ['merchant_account', 'text', ({ merchantAccount }) => merchantAccount],
  ['provider_ref', 'text', ({ providerRef }) => providerRef],
  ['is_surplus', 'boolean', ({ isSurplus }) => isSurplus],
  ['currency', 'text', ({ amount }) => amount.currency],
  ['captured_minor', 'bigint', ({ amount }) => amount.amountMinor],
  ['captured_at', 'timestamptz', ({ capturedAt }) => timeOf(capturedAt)],
];
