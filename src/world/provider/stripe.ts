import type { EvidenceSource, Observation } from '../../core/fact/observation.ts';
import { assert } from '../../core/kernel/assert.ts';
import { sayMoney } from '../../core/kernel/money.ts';
import { type Instant, MINUTE_MS, SECOND_MS } from '../../core/kernel/time.ts';
import type { PaymentMethod } from '../../core/live/charge.ts';
import type { ChargeReading } from '../../core/remedy/refund/charge-state.ts';
import type {
  ChargeQuestion,
  ChargeRequest,
  ListRequest,
  Page,
  Provider,
  ProviderLedgerLine,
  ProviderPayment,
  RefundRequest,
} from '../../flow/ports/provider.ts';
import type { Clock } from '../../flow/ports/world.ts';
import type { Listable, ListCall, ListOfCharge, Reply, StripeCalls } from './stripe/calls.ts';
import { type AmountProblem, toWireAmount } from './stripe/exponent.ts';
import { idOf, type Loose, recordOf } from './stripe/loose.ts';
import {
  awaitsCustomer,
  REFERENCE_FIELD,
  type Reading,
  readCharge,
  readLookUp,
  readRefund,
  unknown,
} from './stripe/read.ts';
import { isMissing, readChargeState } from './stripe/read-charge.ts';
import {
  readChargePayment,
  readDisputePayments,
  readIntentPayment,
  readLedgerLine,
  readRefundPayment,
  STRIPE,
} from './stripe/read-payment.ts';

/** Stripe's largest page. */
const PAGE_LENGTH = 100;
/** More payments of one customer since the send are not read: then the look-up is `unknown`, never `absent`. */
const LOOK_UP_PAGES_MAX = 2;
/** A charge with more refunds than this is not one that was given back once: it counts as unreadable. */
const OF_CHARGE_PAGES_MAX = 5;
/** The provider's clock may be behind ours by this much. */
const CLOCK_SKEW_MS = 5 * MINUTE_MS;
const STATEMENT_LENGTH_MAX = 22;
/** Characters that the provider refuses on a statement. */
const NOT_ON_STATEMENTS = /[<>\\'"*]/g;

/** Stripe as a provider. It holds no state: everything is said by its arguments and the provider's answers. */
export class StripeProvider implements Provider {
  readonly name = STRIPE;
  readonly #calls: StripeCalls;
  readonly #clock: Clock;

  constructor({ calls, clock }: { readonly calls: StripeCalls; readonly clock: Clock }) {
    this.#calls = calls;
    this.#clock = clock;
  }

  async charge(request: ChargeRequest): Promise<Observation> {
    const { idempotencyKey, paymentMethod, horizonAt, amount } = request;
    const { merchantAccount } = paymentMethod;
    assertKey(idempotencyKey);
    assert(request.statementText.length <= STATEMENT_LENGTH_MAX, `a statement text of ${request.statementText.length}`);
    const wireAmount = toWireAmount(amount);
    if (!wireAmount.ok) return this.#neverTaken(merchantAccount, wireAmount.error);
    const reply = await this.#calls.createIntent({
      merchantAccount,
      idempotencyKey,
      horizonAt,
      amount: wireAmount.value,
      currency: amount.currency.toLowerCase(),
      customer: paymentMethod.customerRef,
      paymentMethod: paymentMethod.methodRef,
      metadata: { ...request.metadata, [REFERENCE_FIELD]: idempotencyKey },
      statementSuffix: request.statementText.replace(NOT_ON_STATEMENTS, ' '),
    });
    return this.#endWhatWaits(reply, merchantAccount, 'answer');
  }

  async refund(request: RefundRequest): Promise<Observation> {
    assertKey(request.idempotencyKey);
    const amount = toWireAmount(request.amount);
    if (!amount.ok) return this.#neverTaken(request.merchantAccount, amount.error);
    const reply = await this.#calls.createRefund({
      merchantAccount: request.merchantAccount,
      idempotencyKey: request.idempotencyKey,
      horizonAt: request.horizonAt,
      charge: request.chargeRef,
      amount: amount.value,
      metadata: { ...request.metadata, [REFERENCE_FIELD]: request.idempotencyKey },
    });
    const reading = this.#reading(request.merchantAccount, 'answer');
    return reply.kind === 'answer' ? readRefund(reply, reading) : unknown(reading, sayReply(reply));
  }

  /** Through the customer's payment intents since the send, which are complete after the lag; never through search. */
  async lookUp(request: {
    readonly reference: string;
    readonly paymentMethod: PaymentMethod;
    readonly sentAt: Instant;
  }): Promise<Observation> {
    const { merchantAccount, customerRef } = request.paymentMethod;
    const intents: Loose[] = [];
    let startingAfter: string | null = null;
    for (let page = 0; page < LOOK_UP_PAGES_MAX; page += 1) {
      const reply = await this.#calls.list({
        merchantAccount,
        kind: 'payment_intent',
        customer: customerRef,
        createdFrom: Math.floor((request.sentAt - CLOCK_SKEW_MS) / SECOND_MS),
        createdBefore: null,
        startingAfter,
        limit: PAGE_LENGTH,
      });
      const listed = readList(reply);
      if (listed === null) return unknown(this.#reading(merchantAccount, 'look_up'), sayReply(reply));
      intents.push(...listed.data);
      startingAfter = idOf(listed.data.at(-1));
      if (!listed.hasMore) return this.#readFound(intents, request.reference, merchantAccount);
    }
    const found = await this.#readFound(intents, request.reference, merchantAccount);
    if (found.outcome !== 'absent') return found;
    const detail = `more than ${LOOK_UP_PAGES_MAX * PAGE_LENGTH} payments of this customer: not all were read`;
    return unknown(this.#reading(merchantAccount, 'look_up'), detail);
  }

  async fetch(request: {
    readonly merchantAccount: string;
    readonly providerRef: string;
  }): Promise<ProviderPayment | null> {
    const { merchantAccount } = request;
    const [id = '', part] = request.providerRef.split(':');
    const kind = kindOf(id);
    if (kind === null) return null;
    const reply = await this.#calls.retrieve({ merchantAccount, kind, id });
    const object = objectOf(reply);
    if (object === null) return null;
    const payments = toPayments(kind, object, merchantAccount);
    return (part === undefined ? payments[0] : payments[1]) ?? null;
  }

  /**
   * Disputes are listed where the charge is marked with one, further refunds where it holds more than fit into it. Null
   * where any part could not be had.
   */
  async readCharge(request: ChargeQuestion): Promise<ChargeReading> {
    const { merchantAccount, chargeRef } = request;
    const of = { merchantAccount, charge: chargeRef };
    const reply = await this.#calls.readCharge({ merchantAccount, id: chargeRef });
    if (isMissing(reply)) return 'missing';
    const charge = objectOf(reply);
    if (charge === null) return null;
    const within = readList({ kind: 'answer', status: 200, body: charge.refunds });
    const refunds = within?.hasMore === false ? within.data : await this.#listAll({ ...of, kind: 'refund' });
    const areAsked = request.disputes === 'listed' || charge.disputed === true;
    const disputes = areAsked ? await this.#listAll({ ...of, kind: 'dispute' }) : [];
    return refunds === null || disputes === null ? null : readChargeState(charge, { refunds, disputes });
  }

  async #listAll(request: Pick<ListOfCharge, 'merchantAccount' | 'kind' | 'charge'>): Promise<readonly Loose[] | null> {
    const items: Loose[] = [];
    let startingAfter: string | null = null;
    for (let page = 0; page < OF_CHARGE_PAGES_MAX; page += 1) {
      const listed = readList(await this.#calls.listOfCharge({ ...request, startingAfter, limit: PAGE_LENGTH }));
      if (listed === null) return null;
      items.push(...listed.data);
      startingAfter = idOf(listed.data.at(-1));
      if (!listed.hasMore) return items;
    }
    return null;
  }

  /**
   * Charges, then refunds, then disputes created in the window, each newest first. The provider tells creation in
   * whole seconds, so the window is widened to whole seconds.
   */
  async listPayments(request: ListRequest): Promise<Page<ProviderPayment> | null> {
    const { kind, startingAfter } = readCursor(request.cursor);
    const listed = readList(await this.#calls.list(listCall(request, { kind, startingAfter })));
    if (listed === null) return null;
    const items = listed.data.flatMap((object) => toPayments(kind, object, request.merchantAccount));
    const last = idOf(listed.data.at(-1));
    if (listed.hasMore && last !== null) return { items, next: `${kind}:${last}` };
    const following = PAYMENT_KINDS[PAYMENT_KINDS.indexOf(kind) + 1];
    return { items, next: following === undefined ? null : `${following}:` };
  }

  /** Balance transactions created in the window, newest first. */
  async listLedger(request: ListRequest): Promise<Page<ProviderLedgerLine> | null> {
    const call = listCall(request, { kind: 'balance_transaction', startingAfter: request.cursor });
    const listed = readList(await this.#calls.list(call));
    if (listed === null) return null;
    const items = listed.data.map((line) => readLedgerLine(line, request.merchantAccount));
    return { items, next: listed.hasMore ? idOf(listed.data.at(-1)) : null };
  }

  /** A payment that waits for its absent customer is ended, so that he cannot complete it behind our back. */
  async #endWhatWaits(reply: Reply, merchantAccount: string, source: EvidenceSource): Promise<Observation> {
    if (reply.kind !== 'answer') return unknown(this.#reading(merchantAccount, source), sayReply(reply));
    const intent = recordOf(reply.body);
    const id = idOf(intent);
    if (intent === null || id === null || !awaitsCustomer(intent)) {
      return readCharge(reply, this.#reading(merchantAccount, source));
    }
    const canceled = await this.#calls.cancelIntent({ merchantAccount, id });
    const seen = objectOf(canceled);
    const reading = this.#reading(merchantAccount, source);
    if (seen === null || seen.status !== 'canceled') return readCharge(reply, reading);
    return { ...readCharge({ status: 200, body: seen }, reading), declineCode: 'authentication_required' };
  }

  async #readFound(intents: readonly Loose[], reference: string, merchantAccount: string): Promise<Observation> {
    const reading = this.#reading(merchantAccount, 'look_up');
    const found = readLookUp(intents, reference, reading);
    const intent = intents.find((one) => idOf(one) === found.providerRef);
    if (found.outcome !== 'pending' || intent === undefined || !awaitsCustomer(intent)) return found;
    return this.#endWhatWaits({ kind: 'answer', status: 200, body: intent }, merchantAccount, 'look_up');
  }

  /** The amount cannot even be said to the provider: nothing was sent and nothing will be. */
  #neverTaken(merchantAccount: string, problem: AmountProblem): Observation {
    const said =
      problem.kind === 'currency_not_taken'
        ? `the provider does not take ${problem.currency}`
        : `the provider cannot take ${sayMoney(problem)} exactly`;
    const nothing = unknown(this.#reading(merchantAccount, 'answer'), `not sent: ${said}`);
    return { ...nothing, outcome: 'failed_final', declineCode: problem.kind };
  }

  #reading(merchantAccount: string, source: EvidenceSource): Reading {
    return { source, at: this.#clock.now(), merchantAccount };
  }
}

/** Stripe's bound of an idempotency key. */
const KEY_LENGTH_MAX = 255;

function assertKey(key: string): void {
  assert(key.length > 0 && key.length <= KEY_LENGTH_MAX, `an idempotency key of ${key.length} characters`);
}

const PAYMENT_KINDS = ['charge', 'refund', 'dispute'] as const satisfies readonly Listable[];
type PaymentKind = (typeof PAYMENT_KINDS)[number];

/** `refund:re_9` continues behind that refund, `refund:` begins with refunds. */
function readCursor(cursor: string | null): { readonly kind: PaymentKind; readonly startingAfter: string | null } {
  const [word = 'charge', id = ''] = (cursor ?? 'charge:').split(':');
  const kind = PAYMENT_KINDS.find((known) => known === word);
  assert(kind !== undefined, `a cursor that this adapter did not make: ${cursor}`);
  return { kind, startingAfter: id === '' ? null : id };
}

function listCall(
  { merchantAccount, from, to }: ListRequest,
  { kind, startingAfter }: { readonly kind: Listable; readonly startingAfter: string | null },
): ListCall {
  return {
    merchantAccount,
    kind,
    customer: null,
    createdFrom: Math.floor(from / SECOND_MS),
    createdBefore: Math.ceil(to / SECOND_MS),
    startingAfter,
    limit: PAGE_LENGTH,
  };
}

function toPayments(kind: string, object: Loose, merchantAccount: string): readonly ProviderPayment[] {
  if (kind === 'charge') return [readChargePayment(object, merchantAccount)];
  if (kind === 'refund') return [readRefundPayment(object, merchantAccount)];
  if (kind === 'dispute') return readDisputePayments(object, merchantAccount);
  return [readIntentPayment(object, merchantAccount)];
}

/** What an id of the provider names, by its prefix. `py_` and `pyr_` are charges and refunds that are not cards. */
function kindOf(id: string): 'payment_intent' | 'charge' | 'refund' | 'dispute' | null {
  switch (id.split('_')[0]) {
    case 'pi':
      return 'payment_intent';
    case 'ch':
    case 'py':
      return 'charge';
    case 're':
    case 'pyr':
      return 'refund';
    case 'dp':
    case 'du':
      return 'dispute';
    default:
      return null;
  }
}

function objectOf(reply: Reply): Loose | null {
  return reply.kind === 'answer' && reply.status === 200 ? recordOf(reply.body) : null;
}

function readList(reply: Reply): { readonly data: readonly Loose[]; readonly hasMore: boolean } | null {
  const list = objectOf(reply);
  if (list === null || list.object !== 'list' || !Array.isArray(list.data)) return null;
  const data = list.data.map((item) => recordOf(item)).filter((item) => item !== null);
  return { data, hasMore: list.has_more === true };
}

function sayReply(reply: Reply): string {
  if (reply.kind === 'answer') return `HTTP ${reply.status}`;
  return reply.kind === 'not_sent' ? `not sent: ${reply.detail}` : reply.detail;
}
