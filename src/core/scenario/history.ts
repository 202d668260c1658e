import type { ChargeStatus } from '../fact/charge.ts';
import type { Purpose } from '../fact/fact.ts';
import type { PaymentKind, PaymentStatus } from '../fact/payment.ts';
import type { Instant } from '../kernel/time.ts';
import type { Chance } from './chance.ts';
import type { Drive } from './demand.ts';
import type { Account } from './operator.ts';
import type { LayerNeeded, TrueGrade, WrongClass } from './truth.ts';

/** A history while it is being written: the only place in core where lists grow and drafts change. */
export interface History {
  readonly chance: Chance;
  readonly drives: Drive[];
  readonly rentalIds: Set<string>;
  readonly payments: PaymentDraft[];
  readonly charges: ChargeDraft[];
  lines: LineDraft[];
  readonly wrongs: Wrong[];
  readonly lookAlikes: Map<string, number>;
  /** The last succeeded charge for each drive: what an incident repeats. */
  readonly main: Map<Drive, PaymentDraft>;
}

export interface PaymentDraft {
  readonly paymentId: string;
  readonly kind: PaymentKind;
  parent: PaymentDraft | null;
  accountId: string | null;
  rentalId: string | null;
  charge: ChargeDraft | null;
  /** False for payments that carry no reference to our books. */
  namesCharge: boolean;
  status: PaymentStatus;
  amountMinor: bigint;
  createdAt: Instant;
  readonly purpose: Purpose;
  readonly provider: string;
  idempotencyKey: string | null;
  attributes: Attributes;
}

export interface ChargeDraft {
  /** Given when all is written, in order of time. */
  chargeId: string;
  readonly accountId: string;
  readonly rentalId: string | null;
  readonly purpose: Purpose;
  status: ChargeStatus;
  amountMinor: bigint;
  createdAt: Instant;
  readonly provider: string;
  payment: PaymentDraft | null;
  idempotencyKey: string | null;
  /** Rolled back with its transaction: it used up a number and is in no file. */
  lost: boolean;
  attributes: Attributes;
}

export interface LineDraft {
  readonly lineId: string;
  readonly payment: PaymentDraft;
  readonly amountMinor: bigint;
  readonly bookedAt: Instant;
  readonly file: string;
  readonly fileSequence: string;
}

/** One wrong charge, noted at the moment in which it is made. */
export interface Wrong {
  readonly class: WrongClass;
  readonly grade: TrueGrade;
  /** The payment that it is about: to give back where money is due. */
  readonly payment: PaymentDraft;
  /** The right charge beside it; null where there is none. */
  readonly kept: PaymentDraft | null;
  /** The record in our books that is one too many, for a phantom. */
  readonly charge: ChargeDraft | null;
  readonly refundDueMinor: bigint;
  /** When the drive ended; null where there never was one. */
  readonly endedAt: Instant | null;
  /** When the wrong was done: the wrong charge, record or booking. */
  readonly at: Instant;
  readonly layersNeeded: readonly LayerNeeded[];
  /** An accident outside the incident. */
  readonly stray: boolean;
}

/** An empty value is written as an empty field and is no attribute of the row. */
export type Attributes = Readonly<Record<string, string>>;

export function openHistory(drives: readonly Drive[], chance: Chance): History {
  return {
    chance,
    drives: [...drives],
    rentalIds: new Set(drives.map((drive) => drive.rentalId)),
    payments: [],
    charges: [],
    lines: [],
    wrongs: [],
    lookAlikes: new Map(),
    main: new Map(),
  };
}

export function countLookAlike(history: History, name: string): void {
  history.lookAlikes.set(name, (history.lookAlikes.get(name) ?? 0) + 1);
}

/** Everything about one attempt to take money that is not the same for all. */
export interface Attempt {
  readonly account: Account;
  readonly drive: Drive | null;
  readonly purpose: Purpose;
  readonly amountMinor: bigint;
  /** When the provider acted; our books write it a moment before. */
  readonly at: Instant;
  readonly status: PaymentStatus;
  readonly attributes: Attributes;
}

/** One attempt, written by the provider and by our books alike. */
export function attempt(history: History, order: Attempt): PaymentDraft {
  const payment = takePayment(history, order);
  const charge: ChargeDraft = {
    chargeId: '',
    accountId: order.account.accountId,
    rentalId: payment.rentalId,
    purpose: order.purpose,
    status: order.status,
    amountMinor: order.amountMinor,
    createdAt: order.at - history.chance.integer(40, 400),
    provider: payment.provider,
    payment,
    idempotencyKey: payment.idempotencyKey,
    lost: false,
    attributes: bookAttributes(order.attributes),
  };
  payment.charge = charge;
  history.charges.push(charge);
  if (order.drive !== null && order.purpose === 'rental' && order.status === 'succeeded') {
    history.main.set(order.drive, payment);
  }
  return payment;
}

function takePayment(history: History, order: Attempt): PaymentDraft {
  const payment: PaymentDraft = {
    paymentId: `pay_${history.chance.hex(14)}`,
    kind: 'charge',
    parent: null,
    accountId: order.account.accountId,
    rentalId: order.drive?.rentalId ?? null,
    charge: null,
    namesCharge: true,
    status: order.status,
    amountMinor: order.amountMinor,
    createdAt: order.at,
    purpose: order.purpose,
    provider: order.account.provider,
    idempotencyKey: newKey(history.chance),
    attributes: order.attributes,
  };
  history.payments.push(payment);
  return payment;
}

const BOOK_ATTRIBUTES = ['worker', 'job_run', 'actor', 'source', 'note', 'app_version', 'batch'];

/** Our books know who asked, not what the provider measured. */
export function bookAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => BOOK_ATTRIBUTES.includes(name)));
}

export function newKey(chance: Chance): string {
  return `idk_${chance.hex(16)}`;
}

/** What differs when the same money is taken once more; what is not named is as it was the first time. */
export interface Again {
  readonly at: Instant;
  readonly idempotencyKey: string | null;
  readonly attributes: Attributes;
  readonly provider?: string;
  readonly amountMinor?: bigint;
}

/** The same charge taken again at the provider, without a record in our books. */
export function repeatAtProvider(history: History, first: PaymentDraft, again: Again): PaymentDraft {
  const payment: PaymentDraft = {
    ...first,
    paymentId: `pay_${history.chance.hex(14)}`,
    amountMinor: again.amountMinor ?? first.amountMinor,
    createdAt: again.at,
    provider: again.provider ?? first.provider,
    idempotencyKey: again.idempotencyKey,
    attributes: { ...first.attributes, ...again.attributes },
  };
  history.payments.push(payment);
  return payment;
}

/** The same charge taken again, with a record of its own in our books. */
export function repeat(history: History, first: PaymentDraft, again: Again): PaymentDraft {
  const payment = repeatAtProvider(history, first, again);
  payment.charge = recordOf(history, payment);
  return payment;
}

/** Cuts a payment off from our books, which never asked for it. */
export function forgetCharge(payment: PaymentDraft): PaymentDraft {
  payment.charge = null;
  return payment;
}

/** A record in our books for this payment, as of its time. */
export function recordOf(history: History, payment: PaymentDraft): ChargeDraft {
  const charge: ChargeDraft = {
    chargeId: '',
    accountId: payment.accountId ?? '',
    rentalId: payment.rentalId,
    purpose: payment.purpose,
    status: payment.status,
    amountMinor: payment.amountMinor,
    createdAt: payment.createdAt - history.chance.integer(40, 400),
    provider: payment.provider,
    payment,
    idempotencyKey: payment.idempotencyKey,
    lost: false,
    attributes: bookAttributes(payment.attributes),
  };
  history.charges.push(charge);
  return charge;
}

/** Money going back (or, for a reversal, coming again) for a charge. */
export function follow(
  history: History,
  parent: PaymentDraft,
  movement: {
    readonly kind: 'refund' | 'chargeback' | 'chargeback_reversal';
    readonly amountMinor: bigint;
    readonly at: Instant;
    readonly attributes: Attributes;
  },
): PaymentDraft {
  const payment: PaymentDraft = {
    ...parent,
    paymentId: `${PREFIXES[movement.kind]}_${history.chance.hex(14)}`,
    kind: movement.kind,
    parent,
    charge: null,
    status: 'succeeded',
    amountMinor: movement.amountMinor,
    createdAt: movement.at,
    idempotencyKey: null,
    attributes: movement.attributes,
  };
  history.payments.push(payment);
  return payment;
}

const PREFIXES = { refund: 'ref', chargeback: 'dsp', chargeback_reversal: 'dsr' } as const;
