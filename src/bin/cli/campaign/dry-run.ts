import { money, sayMoney, toMajor } from '../../../core/kernel/money.ts';
import { sayDuration } from '../../../core/kernel/time.ts';
import type { RefundKey } from '../../../core/remedy/refund.ts';
import type { PlannedRefund } from '../../../flow/ports/campaign.ts';
import type { CampaignDesk } from '../../../flow/remedy/campaign.ts';
import type { ActorOptions } from '../actor.ts';
import type { Context } from '../context.ts';
import { EXIT_DONE } from '../exit.ts';

const PAGE = 1000;

/** Prints exactly what would be sent, to whom, a line each, and the sums. Nothing is written and nobody is asked. */
export async function dryRun(
  { terminal }: Context,
  options: ActorOptions,
  {
    desk,
    planId,
    perTenSeconds,
  }: { readonly desk: CampaignDesk; readonly planId: string; readonly perTenSeconds: number },
): Promise<number> {
  let after: RefundKey | null = null;
  for (;;) {
    const page: readonly PlannedRefund[] = await desk.office.listPlanned(planId, after, PAGE);
    for (const one of page) terminal.out(`${options.json === true ? asJson(one) : asText(one)}\n`);
    after = page.at(-1)?.key ?? null;
    if (page.length < PAGE) break;
  }
  const sums = await desk.office.sumPlanned(planId);
  const overProvider = sums.filter(({ channel }) => channel === 'original_payment');
  const count = overProvider.reduce((sum, { refunds }) => sum + refunds, 0);
  const takes = sayDuration(Math.ceil((count * 10_000) / perTenSeconds));
  for (const { channel, currency, refunds, minor } of sums) {
    terminal.err(`${channel.padEnd(16)} ${String(refunds).padStart(9)} refunds  ${sayMoney(money(minor, currency))}\n`);
  }
  terminal.err(`At ${perTenSeconds / 10} a second it takes ${takes} at least. Nothing was sent.\n`);
  return EXIT_DONE;
}

function asText({ key, channel, amountMinor, currency, provider, merchantAccount, paymentId }: PlannedRefund): string {
  const sum = sayMoney(money(amountMinor, currency)).padStart(14);
  return `${key.accountId.padEnd(20)} ${sum}  ${channel}  ${provider}:${merchantAccount}:${paymentId}`;
}

function asJson(one: PlannedRefund): string {
  return JSON.stringify({
    account_id: one.key.accountId,
    liability_id: one.key.liabilityId,
    channel: one.channel,
    amount: toMajor(money(one.amountMinor, one.currency)),
    currency: one.currency,
    provider: one.provider,
    merchant_account: one.merchantAccount,
    payment_id: one.paymentId,
    kept_payment_id: one.keptPaymentId,
  });
}
