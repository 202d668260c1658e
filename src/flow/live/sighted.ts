import type { EvidenceSource, Observation } from '../../core/fact/observation.ts';
import type { ProviderPayment } from '../ports/provider.ts';

const OUTCOMES = {
  succeeded: 'succeeded',
  pending: 'pending',
  failed: 'failed_final',
  canceled: 'failed_final',
} as const satisfies Record<ProviderPayment['status'], Observation['outcome']>;

/** A payment as somebody's sight of its attempt, as of the instant at which the provider made it. */
export function sightOf(payment: ProviderPayment, source: EvidenceSource): Observation {
  const { status, providerRef, merchantAccount, amount, code, createdAt } = payment;
  return {
    source,
    at: createdAt,
    outcome: OUTCOMES[status],
    providerRef,
    amount: status === 'succeeded' ? amount : null,
    merchantAccount,
    declineCode: OUTCOMES[status] === 'failed_final' ? code : null,
    detail: `${providerRef} is ${status}`,
  };
}
