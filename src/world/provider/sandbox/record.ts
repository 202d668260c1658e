import type { SandboxEngine } from './engine.ts';

/** What the provider itself knows to have taken for one obligation, by the references that it was given. */
export interface RecordedObligation {
  readonly account: string;
  /** `rental_id purpose occurrence` of the metadata, or the reference, or the charge's own id where it has neither. */
  readonly obligation: string;
  /** How often money was taken. More than once: the customer was charged twice. */
  readonly captures: number;
  readonly refundedMinor: number;
  readonly charges: readonly { readonly id: string; readonly amount: number; readonly currency: string }[];
}

export interface ProviderRecord {
  readonly charges: number;
  readonly captured: number;
  /** Obligations for which money was taken more than once. */
  readonly takenTwice: number;
  readonly obligations: readonly RecordedObligation[];
}

/** The provider's own record: the truth against which a client's books are compared. */
export function recordOf(engine: Pick<SandboxEngine, 'rows'>): ProviderRecord {
  const byObligation = new Map<string, RecordedObligation>();
  let charges = 0;
  let captured = 0;
  for (const [, { account, wire }] of engine.rows('charges')) {
    charges += 1;
    if (!wire.captured) continue;
    captured += 1;
    const obligation = nameOf(wire.metadata) ?? wire.id;
    const key = `${account}/${obligation}`;
    const known = byObligation.get(key);
    byObligation.set(key, {
      account,
      obligation,
      captures: (known?.captures ?? 0) + 1,
      refundedMinor: (known?.refundedMinor ?? 0) + wire.amount_refunded,
      charges: [...(known?.charges ?? []), { id: wire.id, amount: wire.amount_captured, currency: wire.currency }],
    });
  }
  const obligations = [...byObligation.values()];
  return { charges, captured, takenTwice: obligations.filter((one) => one.captures > 1).length, obligations };
}

function nameOf(metadata: Readonly<Record<string, string>>): string | null {
  const { rental_id: rental, purpose = 'rental', occurrence = '1', reference } = metadata;
  return rental === undefined ? (reference ?? null) : `${rental} ${purpose} ${occurrence}`;
}
