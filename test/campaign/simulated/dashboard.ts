import { DAY_MS, HOUR_MS } from '../../../src/core/kernel/time.ts';
import { HONEST } from '../../../src/world/provider/sandbox/engine/profile.ts';
import type { SandboxEngine } from '../../../src/world/provider/sandbox/engine.ts';
import type { WantedRefund } from '../plan.ts';
import { cardOf, MERCHANT, START, type Story, wantedOf } from './story.ts';

const CHARGED_AT = START - DAY_MS;
const BY_HAND_AT = START - 20 * HOUR_MS;

/** Metadata of what a person did without us. */
export const BY_HAND = 'by_hand';

/** The provider before the campaign, while it was honest: both charges of every account, and what was given back. */
export function makeCharges(engine: SandboxEngine, stories: readonly Story[]): readonly WantedRefund[] {
  const { profile } = engine;
  engine.setProfile({ ...HONEST, idempotency: profile.idempotency, disputes: profile.disputes });
  const made = chargesOf(engine, stories);
  engine.setProfile(profile);
  return made;
}

function chargesOf(engine: SandboxEngine, stories: readonly Story[]): readonly WantedRefund[] {
  const made = stories.map((story) => {
    const kept = charge(engine, story, { name: 'kept', card: 'pm_card_visa', amount: story.owed });
    const wrong = charge(engine, story, { name: 'wrong', card: cardOf(story), amount: story.captured });
    return wantedOf(story, wrong, kept);
  });
  for (const [at, wanted] of made.entries()) byHand(engine, stories[at] as Story, wanted);
  return made;
}

function byHand(engine: SandboxEngine, { fate, owed }: Story, { paymentId, keptPaymentId }: WantedRefund): void {
  const give = (charge: string, amount: number) => refundByHand(engine, { charge, amount, at: BY_HAND_AT });
  if (fate === 'kept_refunded') give(keptPaymentId as string, owed);
  if (fate === 'refunded_by_hand') give(paymentId, owed);
  if (fate === 'refunded_in_two_equal_parts') for (const _ of [1, 2]) give(paymentId, owed / 2);
}

export function refundByHand(
  engine: SandboxEngine,
  { charge, amount, at }: { readonly charge: string; readonly amount: number; readonly at: number },
): void {
  post(engine, '/v1/refunds', { charge, amount: String(amount), [`metadata[${BY_HAND}]`]: 'yes' }, at);
}

/** The provider pays us out every day: what is refunded comes from what other customers pay. */
export function fundBalance(engine: SandboxEngine, at: number): void {
  const form = { amount: '5000000', currency: 'eur', payment_method: 'pm_card_visa', confirm: 'true' };
  post(engine, '/v1/payment_intents', form, at);
}

function charge(
  engine: SandboxEngine,
  story: Story,
  { name, card, amount }: { readonly name: string; readonly card: string; readonly amount: number },
): string {
  const form = {
    amount: String(amount),
    currency: 'eur',
    customer: `cus_${story.accountId}`,
    payment_method: `${card}__${name}_${story.index}`,
    confirm: 'true',
    off_session: 'true',
    'metadata[rental_id]': `${name}_${story.index}`,
  };
  return String((post(engine, '/v1/payment_intents', form, CHARGED_AT) as { latest_charge: string }).latest_charge);
}

function post(engine: SandboxEngine, path: string, form: Readonly<Record<string, string>>, at: number): unknown {
  const headers = { 'stripe-account': MERCHANT };
  return engine.handle({ method: 'POST', path, query: {}, form, headers }, at).response?.body;
}
