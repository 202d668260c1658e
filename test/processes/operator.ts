import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.ts';

/**
 * The program of an operator, as it would be: it says that a rental has ended, and says it again until it hears that it
 * was taken in. What must become of each follows from its number alone.
 */
export interface Operator {
  /** Rentals that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** How often the same was said again, and how often the answer was `exists`. */
  readonly counts: { again: number; exists: number };
  /** Answers that nobody should ever get. */
  readonly wrong: readonly string[];
  say(number: number): Promise<void>;
}

export const ACCOUNTS = 60;

/** What the card of an account does; the number says which account. */
export function cardOf(account: number): string {
  if (account % 10 === 7) return 'pm_card_chargeDeclinedLostCard';
  if (account % 10 === 3) return 'pm_card_processing_1s';
  return 'pm_card_visa';
}

export function accountOf(number: number): number {
  return number % ACCOUNTS;
}

export function rentalOf(number: number): string {
  return `rnt_${number}`;
}

/** No two are equal, so that a sum tells which ones it holds. */
export function amountOf(number: number): number {
  return 100 + number;
}

export function outcomeOf(number: number): 'succeeded' | 'uncollected' {
  return cardOf(accountOf(number)).includes('LostCard') ? 'uncollected' : 'succeeded';
}

export async function prepare(house: House): Promise<void> {
  await put(house, '/v1/markets/milano', { time_zone: 'Europe/Rome', currency: 'EUR', vat_basis_points: 2200 });
  for (let account = 0; account < ACCOUNTS; account += 1) {
    await put(house, `/v1/accounts/acc_${account}`, {
      home_market: 'milano',
      locale: 'it-IT',
      payment_method: {
        provider: 'stripe',
        merchant_account: 'acct_sandbox',
        customer_ref: `cus_${account}`,
        method_ref: cardOf(account),
      },
    });
  }
}

async function put({ apiUrl, key }: House, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${apiUrl}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}

/** A client that waits no longer than this says it again. */
const ANSWER_MS_MAX = 5000;
const AGAIN_MS = 100;

export function openOperator({ apiUrl, key }: House): Operator {
  const acknowledged = new Set<string>();
  const counts = { again: 0, exists: 0 };
  const wrong: string[] = [];
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const post = (number: number) =>
    fetch(`${apiUrl}/v1/rentals`, {
      method: 'POST',
      headers,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      body: JSON.stringify({
        rental_id: rentalOf(number),
        account_id: `acc_${accountOf(number)}`,
        market: 'milano',
        started_at: '2026-11-10T18:00:00Z',
        ended_at: '2026-11-10T18:10:00Z',
        amount_due: { amount: amountOf(number), currency: 'EUR' },
      }),
    }).then(
      async (answer) => ({ status: answer.status, text: await answer.text() }),
      () => null,
    );
  const say = async (number: number) => {
    for (;;) {
      const answer = await post(number).catch(() => null);
      if (answer?.status === 201 || answer?.status === 200) {
        if (answer.status === 200) counts.exists += 1;
        acknowledged.add(rentalOf(number));
        return;
      }
      if (answer !== null && answer.status !== 503) {
        wrong.push(`${rentalOf(number)}: ${answer.status} ${answer.text}`);
        if (answer.status < 500) return;
      }
      counts.again += 1;
      await sleep(AGAIN_MS);
    }
  };
  return { acknowledged, counts, wrong, say };
}
