import type { ProviderPayment } from '../ports/provider.ts';
import { type Read, readMerchants, readWindow } from './cursor.ts';
import { each } from './each.ts';
import { hearListed, keyOf } from './hear.ts';
import { type LiveWorld, type Merchant, providerNamed } from './world.ts';

/**
 * Reads one window of each merchant's payments: what the provider did whether or not it told us. Lost events, late
 * successes, second captures, payments that are not ours, and a database that was restored all show here.
 */
export function runOnce(world: LiveWorld): Promise<readonly Read[]> {
  return readMerchants(world, readMerchant);
}

function readMerchant(world: LiveWorld, merchant: Merchant): Promise<Read> {
  const { merchantAccount } = merchant;
  const provider = providerNamed(world, merchant.provider);
  return readWindow<ProviderPayment>(world, {
    what: 'payments',
    merchant,
    list: ({ from, to, cursor }) => provider.listPayments({ merchantAccount, from, to, cursor }),
    take: (payments) => take(world, payments),
  });
}

/** Charges before what was done to them, so that a refund finds its capture. */
async function take(world: LiveWorld, payments: readonly ProviderPayment[]): Promise<void> {
  if (payments.length === 0) return;
  await world.store.recordPayments(
    payments.map((payment) => ({ payment, key: keyOf(payment) })),
    world.clock.now(),
  );
  const isCharge = ({ kind }: ProviderPayment): boolean => kind === 'charge';
  const charges = payments.filter(isCharge);
  await each(charges, world.settings.callsMax, (payment) => hearListed(world, payment, payment.status));
  const movements = payments.filter((payment) => !isCharge(payment));
  for (const movement of movements.toSorted((one, other) => one.createdAt - other.createdAt)) {
    await hearListed(world, movement, movement.status);
  }
}
