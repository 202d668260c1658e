import type { Instant } from '../../../core/kernel/time.ts';
import type { WebhookSend } from './engine.ts';
import { sign } from './signature.ts';

/** As at the provider: who does not answer within this time has not acknowledged. */
const ANSWER_MS_MAX = 10_000;

/** Sends one webhook. Anything but a 2xx within the time is a refusal; redirects are not followed. */
export async function deliver(send: WebhookSend, now: Instant): Promise<'acknowledged' | 'refused'> {
  try {
    const response = await fetch(send.url, {
      method: 'POST',
      body: send.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': sign(send.body, send.secrets, now),
        'user-agent': 'Storno-Sandbox/1',
      },
    });
    await response.body?.cancel();
    return response.ok ? 'acknowledged' : 'refused';
  } catch {
    return 'refused';
  }
}
