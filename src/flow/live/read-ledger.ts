import { settleLine } from '../../core/live/settle.ts';
import type { ProviderLedgerLine } from '../ports/provider.ts';
import { type Read, readMerchants, readWindow } from './cursor.ts';
import { announceUnexplained, hearListed, keepForLater } from './hear.ts';
import { reversalOf } from './take-events.ts';
import { type LiveWorld, type Merchant, providerNamed } from './world.ts';

/**
 * Reads one window of each merchant's ledger at the provider and books it, so that clearing returns to zero. A line of
 * a refund or a dispute is a hint as well: whatever moved money after its charge stands here, even if no event came.
 */
export function runOnce(world: LiveWorld): Promise<readonly Read[]> {
  return readMerchants(world, readMerchant);
}

function readMerchant(world: LiveWorld, merchant: Merchant): Promise<Read> {
  const { merchantAccount } = merchant;
  const provider = providerNamed(world, merchant.provider);
  return readWindow<ProviderLedgerLine>(world, {
    what: 'ledger',
    merchant,
    list: ({ from, to, cursor }) => provider.listLedger({ merchantAccount, from, to, cursor }),
    take: (lines) => take(world, lines),
  });
}

async function take(world: LiveWorld, lines: readonly ProviderLedgerLine[]): Promise<void> {
  if (lines.length === 0) return;
  for (const line of lines) await followLine(world, line);
  await world.store.recordLedgerLines(
    lines.map((line) => ({ line, accountId: null, transfers: settleLine(line) })),
    world.clock.now(),
  );
}

async function followLine(world: LiveWorld, line: ProviderLedgerLine): Promise<void> {
  switch (line.kind) {
    case 'charge':
    case 'payout':
      return;
    case 'other': {
      const subject = `${line.provider}:${line.merchantAccount}:${line.lineId}`;
      return announceUnexplained(world, subject, `ledger line ${line.lineId} of the provider`);
    }
    case 'refund':
    case 'chargeback':
      return follow(world, line, line.paymentRef);
    case 'chargeback_reversal':
      return follow(world, line, reversalOf(line.paymentRef));
  }
}

/** Where the provider does not say what the line belongs to, it is asked again later. */
async function follow(world: LiveWorld, line: ProviderLedgerLine, providerRef: string): Promise<void> {
  const { provider, merchantAccount, bookedAt, lineId } = line;
  const payment = await providerNamed(world, provider).fetch({ merchantAccount, providerRef });
  if (payment !== null) return hearListed(world, payment, lineId);
  return keepForLater(world, { provider, merchantAccount, providerRef, createdAt: bookedAt }, lineId);
}
