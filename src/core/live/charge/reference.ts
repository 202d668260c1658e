import type { Money } from '../../kernel/money.ts';
import type { ObligationKey, PaymentMethod } from '../charge.ts';

/** `rnt_1:rental:1`: the obligation within its account. A rental's id may hold colons, the last two parts none. */
export function obligationText(key: ObligationKey): string {
  return `${key.rentalId}:${key.purpose}:${key.occurrence}`;
}

const PREFIX = 'storno:v1:charge:';

/** Made of what is meant, hence equal on every resend by whatever process. A new form gets a new `v`. */
export function idempotencyKeyOf(key: ObligationKey, generation: number): string {
  return `${PREFIX}${obligationText(key)}:${generation}`;
}

/** The obligation that a key of ours names, as `obligationText` says it; null for any other key. */
export function obligationOfKey(idempotencyKey: string | null): string | null {
  return /^storno:v1:charge:(.+:(?:rental|adjustment):\d+):\d+$/.exec(idempotencyKey ?? '')?.[1] ?? null;
}

/** What the provider keeps with the payment, so that it can be laid to its attempt whoever finds it. */
export function metadataOf(key: ObligationKey, generation: number): Readonly<Record<string, string>> {
  return {
    account_id: key.accountId,
    rental_id: key.rentalId,
    purpose: key.purpose,
    occurrence: String(key.occurrence),
    generation: String(generation),
    reference: idempotencyKeyOf(key, generation),
  };
}

/** Whose payment it is, as far as its metadata tell. */
export interface Naming {
  readonly key: ObligationKey;
  /** 0 where it names no attempt: somebody charged by hand. */
  readonly generation: number;
}

const COUNT = /^[1-9]\d{0,4}$/;

/**
 * Reads back what `metadataOf` wrote. Account and rental are needed; a payment that names them but no purpose or
 * occurrence was made by hand for the rental itself. Null where it names no obligation.
 */
export function readMetadata(metadata: Readonly<Record<string, string>>): Naming | null {
  const { account_id, rental_id, purpose = 'rental', occurrence = '1', generation = '', reference } = metadata;
  if (account_id === undefined || rental_id === undefined || account_id === '' || rental_id === '') return null;
  if (purpose !== 'rental' && purpose !== 'adjustment') return null;
  if (!COUNT.test(occurrence)) return null;
  const key: ObligationKey = { accountId: account_id, rentalId: rental_id, purpose, occurrence: Number(occurrence) };
  if (!COUNT.test(generation)) return { key, generation: 0 };
  const isOurs = reference === idempotencyKeyOf(key, Number(generation));
  return { key, generation: isOurs ? Number(generation) : 0 };
}

/** Everything that is sent, in one text: its digest tells whether a resend would be byte-identical. */
export function requestText(request: {
  readonly key: ObligationKey;
  readonly generation: number;
  readonly amount: Money;
  readonly paymentMethod: PaymentMethod;
  readonly statementText: string;
}): string {
  const { key, generation, amount, paymentMethod, statementText } = request;
  return JSON.stringify([
    idempotencyKeyOf(key, generation),
    String(amount.amountMinor),
    amount.currency,
    paymentMethod.provider,
    paymentMethod.merchantAccount,
    paymentMethod.customerRef,
    paymentMethod.methodRef,
    statementText,
    metadataOf(key, generation),
  ]);
}
