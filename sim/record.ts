import type { SandboxEngine } from '../src/world/provider/sandbox/engine.ts';
import { BY_HAND } from './outside.ts';

/** One charge in the provider's own record, with what became of it: read from its rows, not through its API. */
export interface RecordedCharge {
  readonly id: string;
  readonly paymentIntent: string;
  /** Somebody made it at the dashboard: not ours, though it may bear our metadata. */
  readonly isByHand: boolean;
  /** A second capture of one payment intent: the provider's own mistake. */
  readonly isSecondOfProvider: boolean;
  readonly customer: string;
  readonly currency: string;
  readonly captured: number;
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Given back by refunds that stand. */
  readonly refunded: number;
  /** Taken back by the customer's bank and not won back. */
  readonly disputed: number;
}

export interface ProviderRecord {
  /** Charges that took money. */
  readonly charges: readonly RecordedCharge[];
  /** Lines of its ledger. */
  readonly lines: number;
}

/** Ledger lines count where they are older than `linesBefore`: the newest may not have been read yet. */
export function readRecord(engine: SandboxEngine, linesBefore: number): ProviderRecord {
  const refunded = new Map<string, number>();
  for (const [, { wire }] of engine.rows('refunds')) {
    if (wire.status === 'succeeded') add(refunded, wire.charge, wire.amount);
  }
  const disputed = new Map<string, number>();
  for (const [, { wire }] of engine.rows('disputes')) {
    if (wire.status !== 'won' && !wire.status.startsWith('warning')) add(disputed, wire.charge, wire.amount);
  }
  const latest = new Map<string, string | null>();
  for (const [, { wire }] of engine.rows('paymentIntents')) latest.set(wire.id, wire.latest_charge);
  const charges: RecordedCharge[] = [];
  for (const [, { wire }] of engine.rows('charges')) {
    if (wire.status !== 'succeeded' || !wire.captured) continue;
    charges.push({
      id: wire.id,
      paymentIntent: wire.payment_intent ?? '',
      isByHand: wire.metadata[BY_HAND] !== undefined,
      isSecondOfProvider: latest.get(wire.payment_intent ?? '') !== wire.id,
      customer: wire.customer ?? '',
      currency: wire.currency.toUpperCase(),
      captured: wire.amount_captured,
      createdAt: wire.created * 1000,
      metadata: wire.metadata,
      refunded: refunded.get(wire.id) ?? 0,
      disputed: disputed.get(wire.id) ?? 0,
    });
  }
  let lines = 0;
  for (const [, { wire }] of engine.rows('balanceTransactions')) {
    if (wire.created * 1000 < linesBefore) lines += 1;
  }
  return { charges, lines };
}

function add(sums: Map<string, number>, key: string, by: number): void {
  sums.set(key, (sums.get(key) ?? 0) + by);
}
