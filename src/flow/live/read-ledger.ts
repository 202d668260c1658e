import { settleLine } from '../../core/live/settle.ts';
import type { ProviderLedgerLine } from '../ports/provider.ts';
import { cursorName, type Read, readWindow } from './cursor.ts';
import { announceUnexplained, hear, keepForLater } from './hear.ts';
import { withWhatFollowed } from './take-events.ts';
import { type LiveWorld, type Merchant, providerNamed } from './world.ts';

/**
 * Reads one window of each merchant's ledger at the provider and books it, so that clearing returns to zero. A line of a
 * refund or a dispute is a hint as well: whatever moved money after its charge stands here, even if no event came.
 */
export async function runOnce(world: LiveWorld): Promise<readonly Read[]> {
  const reads: Read[] = [];
  for (const merchant of world.settings.merchants) reads.push(await readMerchant(world, merchant));
  return reads;
}

function readMerchant(world: LiveWorld, merchant: Merchant): Promise<Read> {
  const { merchantAccount } = merchant;
  const provider = providerNamed(world, merchant.provider);
  return readWindow<ProviderLedgerLine>(world, {
    name: cursorName('ledger', merchant),
    list: ({ from, to, cursor }) => provider.listLedger({ merchantAccount, from, to, cursor }),
    take: (lines) => take(world, lines),
  });
}

async function take(world: LiveWorld, lines: readonly ProviderLedgerLine[]): Promise<boolean> {
  if (lines.length === 0) return true;
  for (const line of lines) if (!(await followLine(world, line))) return false;
  await world.store.recordLedgerLines(
    lines.map((line) => ({ line, accountId: null, transfers: settleLine(line) })),
    world.clock.now(),
  );
  return true;
}

/** False where the provider did not say what the line belongs to, or what it needs is not in the books yet. */
async function followLine(world: LiveWorld, line: ProviderLedgerLine): Promise<boolean> {
  if (line.kind === 'charge' || line.kind === 'payout') return true;
  const subject = `${line.provider}:${line.merchantAccount}:${line.paymentRef}`;
  if (line.kind === 'other') {
    await announceUnexplained(world, subject, `ledger line ${line.lineId} of the provider`);
    return true;
  }
  const { merchantAccount, paymentRef } = line;
  const payment = await providerNamed(world, line.provider).fetch({ merchantAccount, providerRef: paymentRef });
  if (payment === null) return false;
  for (const one of await withWhatFollowed(world, payment)) {
    const heard = await hear(world, one, 'listing');
    if (heard === 'unexplained') await announceUnexplained(world, subject, `${line.kind} ${subject}`);
    if (heard === 'too_early') await keepForLater(world, one);
    // A refund that failed before it was ever booked moved nothing; anything else is followed until it is booked.
    if (heard === 'later' && one.status !== 'failed' && one.status !== 'canceled') return false;
  }
  return true;
}
