import type { Observation } from '../../src/core/fact/observation.ts';
import type { ChargeRequest, Provider, ProviderLedgerLine, ProviderPayment } from '../../src/flow/ports/provider.ts';
import type { Clock } from '../../src/flow/ports/world.ts';

/** How the provider takes the next requests, one after the other; afterwards it takes all. */
export type Manner = 'take' | 'decline' | 'take_unheard' | 'lose' | 'pend' | 'take_too_much' | 'steal';

/** A provider that keeps keys and payments, and does with each request what the test says. */
export interface FakeProvider extends Provider {
  readonly manners: Manner[];
  readonly payments: ProviderPayment[];
  readonly lines: ProviderLedgerLine[];
  readonly requests: ChargeRequest[];
  /** While false, listings and fetches cannot be had. */
  answers: boolean;
  lookUps: number;
}

export const MERCHANT = 'acct_1';

export function openFakeProvider(clock: Clock): FakeProvider {
  const byKey = new Map<string, ProviderPayment>();
  const refOf = (count: number): string => `ch_${count}`;
  const take = (request: ChargeRequest, status: ProviderPayment['status'], amountMinor: bigint): ProviderPayment => {
    const payment: ProviderPayment = {
      provider: 'stripe',
      merchantAccount: MERCHANT,
      providerRef: refOf(fake.payments.length + 1),
      kind: 'charge',
      parentRef: null,
      status,
      amount: { ...request.amount, amountMinor },
      createdAt: clock.now(),
      code: status === 'failed' ? 'insufficient_funds' : null,
      metadata: request.metadata,
    };
    fake.payments.push(payment);
    byKey.set(request.idempotencyKey, payment);
    if (status === 'succeeded') fake.lines.push(lineOf(payment));
    return payment;
  };
  const play = (manner: Manner, request: ChargeRequest): Observation => {
    const { amountMinor } = request.amount;
    switch (manner) {
      case 'take':
        return seen(take(request, 'succeeded', amountMinor), 'answer', clock.now());
      case 'take_too_much':
        return seen(take(request, 'succeeded', amountMinor + 1n), 'answer', clock.now());
      case 'take_unheard':
        take(request, 'succeeded', amountMinor);
        return nothing('unknown', 'answer', clock.now());
      case 'decline':
        return seen(take(request, 'failed', amountMinor), 'answer', clock.now());
      case 'steal':
        return { ...seen(take(request, 'failed', amountMinor), 'answer', clock.now()), declineCode: 'stolen_card' };
      case 'pend':
        return seen(take(request, 'pending', amountMinor), 'answer', clock.now());
      case 'lose':
        return nothing('unknown', 'answer', clock.now());
    }
  };
  const fake: FakeProvider = {
    name: 'stripe',
    manners: [],
    payments: [],
    lines: [],
    requests: [],
    answers: true,
    lookUps: 0,
    async charge(request) {
      fake.requests.push(request);
      if (clock.now() >= request.horizonAt) return nothing('unknown', 'answer', clock.now());
      const known = byKey.get(request.idempotencyKey);
      if (known !== undefined) return seen(present(fake, known), 'answer', clock.now());
      return play(fake.manners.shift() ?? 'take', request);
    },
    refund: async () => nothing('unknown', 'answer', clock.now()),
    readCharge: async () => null,
    async lookUp({ reference }) {
      fake.lookUps += 1;
      const found = fake.payments.filter((payment) => payment.metadata.reference === reference);
      const best = found.find((payment) => payment.status === 'succeeded') ?? found[0];
      return best === undefined ? nothing('absent', 'look_up', clock.now()) : seen(best, 'look_up', clock.now());
    },
    fetch: async ({ providerRef }) =>
      fake.answers ? (fake.payments.find((payment) => payment.providerRef === providerRef) ?? null) : null,
    async listPayments({ from, to }) {
      if (!fake.answers) return null;
      return { items: fake.payments.filter(({ createdAt }) => createdAt >= from && createdAt < to), next: null };
    },
    async listLedger({ from, to }) {
      if (!fake.answers) return null;
      return { items: fake.lines.filter(({ bookedAt }) => bookedAt >= from && bookedAt < to), next: null };
    },
  };
  return fake;
}

function present(fake: FakeProvider, payment: ProviderPayment): ProviderPayment {
  return fake.payments.find(({ providerRef }) => providerRef === payment.providerRef) ?? payment;
}

/** What the provider's ledger says of a payment: five per cent are kept. */
export function lineOf(payment: ProviderPayment): ProviderLedgerLine {
  const { provider, merchantAccount, providerRef, kind, amount, createdAt } = payment;
  const sign = kind === 'refund' || kind === 'chargeback' ? -1n : 1n;
  return {
    provider,
    merchantAccount,
    lineId: `txn_${providerRef}`,
    paymentRef: providerRef,
    kind,
    amount: { ...amount, amountMinor: sign * amount.amountMinor },
    fee: { ...amount, amountMinor: kind === 'charge' ? amount.amountMinor / 20n : 0n },
    bookedAt: createdAt,
  };
}

const OUTCOMES = {
  succeeded: 'succeeded',
  pending: 'pending',
  failed: 'failed_final',
  canceled: 'failed_final',
} as const;

function seen(payment: ProviderPayment, source: Observation['source'], at: number): Observation {
  return {
    source,
    at,
    outcome: OUTCOMES[payment.status],
    providerRef: payment.providerRef,
    amount: payment.status === 'succeeded' ? payment.amount : null,
    merchantAccount: payment.merchantAccount,
    declineCode: payment.code,
    detail: payment.status,
  };
}

function nothing(outcome: 'unknown' | 'absent', source: Observation['source'], at: number): Observation {
  return {
    source,
    at,
    outcome,
    providerRef: null,
    amount: null,
    merchantAccount: null,
    declineCode: null,
    detail: 'nothing is known',
  };
}
