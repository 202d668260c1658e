import { createHmac } from 'node:crypto';
import { type Instant, SECOND_MS } from '../../../core/kernel/time.ts';

/**
 * The header `Stripe-Signature` over a body: `t=` in seconds and one `v1=` for each secret, so that a receiver that
 * knows either of two accepts it while they are exchanged.
 */
export function sign(body: string, secrets: readonly string[], at: Instant): string {
  const time = Math.floor(at / SECOND_MS);
  const marks = secrets.map((secret) => createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'));
  return [`t=${time}`, ...marks.map((mark) => `v1=${mark}`)].join(',');
}
