import { tripBreaker } from '../../core/live/breaker.ts';
import { isOpen } from '../../core/live/charge/case.ts';
import { paymentText } from '../../core/live/charge/entries.ts';
import { obligationText } from '../../core/live/charge/reference.ts';
import type { ChargeCase, ChargeChange } from '../../core/live/charge.ts';
import { watch } from '../../core/live/watch.ts';
import { stopByItself } from './stop-charging.ts';
import type { LiveWorld } from './world.ts';

/**
 * Says aloud what a written change means for a person. `found` is the case after the change. Raising an alarm twice
 * is harmless: whoever crashed before this is made good by whoever reads the listing, or looks after the books, next.
 */
export async function announce(world: LiveWorld, found: ChargeCase, change: ChargeChange): Promise<void> {
  const parked = change.events.find((event) => event.type === 'charge.parked');
  if (parked !== undefined) await announceParked(world, found, String(parked.data.reason));
  if (change.capture !== null) await announceCaptures(world, found);
}

/** Bounds one round; what is left of more comes in the next. */
const UNSAID_MAX = 100;

/** No listing shows that a charge was parked: what nobody said is looked for. */
export async function sayUnsaid(world: LiveWorld): Promise<void> {
  for (const { key, reason } of await world.store.readParkedUnsaid(UNSAID_MAX)) {
    const found = await world.store.readCase(key);
    if (found?.intent.state === 'parked') await announceParked(world, found, reason);
  }
}

async function announceParked(world: LiveWorld, found: ChargeCase, reason: string): Promise<void> {
  const text = obligationText(found.intent.key);
  const open = found.attempts.find(isOpen);
  const which = open === undefined ? '' : ` (attempt ${open.idempotencyKey})`;
  await world.bell.raise({
    kind: 'charge_parked',
    message: `${text}${which} waits for a person: ${reason}. Compare the provider's record, then look again or void.`,
    subject: `${text}#${found.intent.version}`,
    at: world.clock.now(),
  });
}

/** Every capture beyond what was owed, and what `detect` says of all of them. */
export async function announceCaptures(world: LiveWorld, found: ChargeCase): Promise<void> {
  const at = world.clock.now();
  const text = obligationText(found.intent.key);
  for (const capture of found.captures) {
    if (!capture.isSurplus) continue;
    const subject = paymentText(capture);
    const message = `${subject} took money for ${text} that was not owed. It stands in account_payable: give it back.`;
    await world.bell.raise({ kind: 'surplus_capture', message, subject, at });
  }
  const proven = watch(found, at).filter((one) => one.class === 'double_charge' && one.grade === 'proven');
  for (const { payment } of proven) {
    const message = `${text} was charged twice: ${payment} is one too many.`;
    await world.bell.raise({ kind: 'double_charge', message, subject: `${text}:${payment}`, at });
  }
  if (proven.length > 0) await checkBreaker(world);
}

/** Of what was said before a person resumed he knew: listings show it again, and it must not stop him once more. */
async function checkBreaker(world: LiveWorld): Promise<void> {
  const { breaker } = world.settings;
  const control = await world.store.readControl();
  if (control.charging === 'stopped') return;
  const since = Math.max(world.clock.now() - breaker.withinMs, control.at);
  const count = await world.store.countAlarms('double_charge', since);
  const reason = tripBreaker(count, breaker);
  if (reason !== null) await stopByItself(world, reason);
}
