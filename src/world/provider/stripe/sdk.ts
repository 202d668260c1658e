import Stripe from 'stripe';
import { assert } from '../../../core/kernel/assert.ts';
import type { Clock } from '../../../flow/ports/world.ts';
import type { CreateIntent, CreateRefund, ListCall, ListOfCharge, Reply, Retrievable, StripeCalls } from './calls.ts';
import { CarefulHttpClient, HORIZON_HEADER, NoAnswer, NotSent } from './http-client.ts';

/** The version whose shapes read.ts knows. It is sent with every request, so that an upgrade is our decision. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

export interface StripeAccess {
  /** `https://api.stripe.com`, or where a sandbox listens. */
  readonly baseUrl: string;
  /** By our name of the merchant account. */
  readonly accounts: Readonly<Record<string, AccountAccess>>;
  /** For the whole request; longer than the provider's slowest answers (docs.stripe.com: 80 s is its own default). */
  readonly timeoutMs: number;
  readonly socketsMax: number;
}

export interface AccountAccess {
  readonly secretKey: string;
  /** Sent as `Stripe-Account`; null where the key is the account's own. */
  readonly connectedAccount: string | null;
}

/** The requests over the official SDK. */
export class StripeSdk implements StripeCalls {
  readonly #clock: Clock;
  readonly #http: CarefulHttpClient;
  readonly #clients: ReadonlyMap<string, Stripe>;

  constructor(access: StripeAccess, clock: Clock) {
    this.#clock = clock;
    this.#http = new CarefulHttpClient({ clock, socketsMax: access.socketsMax });
    this.#clients = new Map(
      Object.entries(access.accounts).map(([name, account]) => [name, this.#connect(access, account)]),
    );
  }

  close(): void {
    this.#http.close();
  }

  createIntent(request: CreateIntent): Promise<Reply> {
    const params: Stripe.PaymentIntentCreateParams = {
      amount: request.amount,
      currency: request.currency,
      customer: request.customer,
      payment_method: request.paymentMethod,
      allowed_payment_method_types: ['card'],
      capture_method: 'automatic',
      confirm: true,
      off_session: true,
      error_on_requires_action: true,
      metadata: request.metadata,
      ...(request.statementSuffix === '' ? {} : { statement_descriptor_suffix: request.statementSuffix }),
    };
    return ask(this.#client(request).paymentIntents.create(params, this.#sendOptions(request)));
  }

  cancelIntent(request: { readonly merchantAccount: string; readonly id: string }): Promise<Reply> {
    return ask(this.#client(request).paymentIntents.cancel(request.id, { cancellation_reason: 'abandoned' }));
  }

  createRefund(request: CreateRefund): Promise<Reply> {
    const params: Stripe.RefundCreateParams = {
      charge: request.charge,
      amount: request.amount,
      // Never `fraudulent`: that would put the customer's card on a block list.
      reason: 'duplicate',
      metadata: request.metadata,
    };
    return ask(this.#client(request).refunds.create(params, this.#sendOptions(request)));
  }

  retrieve(request: {
    readonly merchantAccount: string;
    readonly kind: Retrievable;
    readonly id: string;
  }): Promise<Reply> {
    const client = this.#client(request);
    switch (request.kind) {
      case 'payment_intent':
        return ask(client.paymentIntents.retrieve(request.id));
      case 'charge':
        return ask(client.charges.retrieve(request.id));
      case 'refund':
        return ask(client.refunds.retrieve(request.id));
      case 'dispute':
        return ask(client.disputes.retrieve(request.id));
    }
  }

  readCharge(request: { readonly merchantAccount: string; readonly id: string }): Promise<Reply> {
    return ask(this.#client(request).charges.retrieve(request.id, { expand: ['refunds'] }));
  }

  listOfCharge(request: ListOfCharge): Promise<Reply> {
    const { charge, limit, startingAfter, kind } = request;
    const params = { charge, limit, ...(startingAfter === null ? {} : { starting_after: startingAfter }) };
    const client = this.#client(request);
    return ask(kind === 'refund' ? client.refunds.list(params) : client.disputes.list(params));
  }

  list(request: ListCall): Promise<Reply> {
    const client = this.#client(request);
    const { createdFrom, createdBefore, startingAfter, limit, customer } = request;
    const params = {
      created: { gte: createdFrom, ...(createdBefore === null ? {} : { lt: createdBefore }) },
      limit,
      ...(startingAfter === null ? {} : { starting_after: startingAfter }),
    };
    switch (request.kind) {
      case 'payment_intent':
        return ask(client.paymentIntents.list(customer === null ? params : { ...params, customer }));
      case 'charge':
        return ask(client.charges.list(params));
      case 'refund':
        return ask(client.refunds.list(params));
      case 'dispute':
        return ask(client.disputes.list(params));
      case 'balance_transaction':
        return ask(client.balanceTransactions.list(params));
    }
  }

  #connect({ baseUrl, timeoutMs }: StripeAccess, { secretKey, connectedAccount }: AccountAccess): Stripe {
    const url = new URL(baseUrl);
    const protocol = url.protocol === 'http:' ? 'http' : 'https';
    return new Stripe(secretKey, {
      apiVersion: STRIPE_API_VERSION,
      host: url.hostname,
      port: url.port === '' ? (protocol === 'http' ? '80' : '443') : url.port,
      protocol,
      timeout: timeoutMs,
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: this.#http,
      ...(connectedAccount === null ? {} : { stripeAccount: connectedAccount }),
    });
  }

  #client({ merchantAccount }: { readonly merchantAccount: string }): Stripe {
    const client = this.#clients.get(merchantAccount);
    assert(client !== undefined, `no access to the merchant account ${merchantAccount}`);
    return client;
  }

  #sendOptions({
    idempotencyKey,
    horizonAt,
  }: Pick<CreateIntent, 'idempotencyKey' | 'horizonAt'>): Stripe.RequestOptions {
    const steady = this.#clock.monotonicMs() + horizonAt - this.#clock.now();
    return { idempotencyKey, headers: { [HORIZON_HEADER]: `${horizonAt};${steady}` } };
  }
}

/** One request as a value: what the SDK throws becomes what came over the wire. */
async function ask(request: Promise<unknown>): Promise<Reply> {
  try {
    const body = await request;
    return { kind: 'answer', status: 200, body };
  } catch (error) {
    return replyOf(error);
  }
}

function replyOf(error: unknown): Reply {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const raw = error.raw as { readonly detail?: unknown; readonly exception?: unknown };
  const cause = raw.detail ?? raw.exception;
  if (cause instanceof NotSent) return { kind: 'not_sent', detail: cause.message };
  if (cause instanceof NoAnswer) return { kind: 'silence', detail: cause.message };
  if (error.statusCode === undefined) return { kind: 'silence', detail: error.type };
  return { kind: 'answer', status: error.statusCode, body: { error: error.raw } };
}
