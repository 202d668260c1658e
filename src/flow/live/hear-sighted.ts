import { readMetadata } from '../../core/live/charge/reference.ts';
import type { ObligationKey, SightedPayment } from '../../core/live/charge.ts';
import type { ProviderPayment } from '../ports/provider.ts';
import { announceCaptures } from './announce.ts';
import { sayDefect } from './defect.ts';
import { recordSighting } from './record-sighting.ts';
import { sightOf } from './sighted.ts';
import { type LiveWorld, providerNamed } from './world.ts';

/**
 * Hears of payments that were seen before the rental was said: a restored database forgot it, and it was said again
 * after their events were given up. Charging was stopped when they were seen; whoever resumed it knows of them.
 */
export async function hearSighted(
  world: LiveWorld,
  key: ObligationKey,
  payments: readonly SightedPayment[],
): Promise<void> {
  for (const sighted of payments) {
    const payment = await fetch(world, sighted);
    if (payment !== null) await hearOne(world, key, payment);
  }
}

/** Null where it could not be had: one provider's defect must not stop a batch. */
async function fetch(world: LiveWorld, { provider, ...request }: SightedPayment): Promise<ProviderPayment | null> {
  try {
    return await providerNamed(world, provider).fetch(request);
  } catch (error) {
    world.log.error('a payment that was sighted met a defect', { subject: request.providerRef, ...sayDefect(error) });
    return null;
  }
}

async function hearOne(world: LiveWorld, key: ObligationKey, payment: ProviderPayment): Promise<void> {
  // One that failed meanwhile is no sighting any more.
  await world.store.recordPayments([{ payment, key }], world.clock.now());
  if (payment.status !== 'pending' && payment.status !== 'succeeded') return;
  const generation = readMetadata(payment.metadata)?.generation ?? 0;
  const after = await recordSighting(world, key, { generation, observation: sightOf(payment, 'listing') });
  if (after?.captures.some(({ isSurplus }) => isSurplus)) await announceCaptures(world, after);
}
