import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../core/kernel/time.ts';
import { composeLetter } from '../../core/remedy/notify.ts';
import type { LetterPost, LetterPress, PostOutcome } from '../ports/letter.ts';
import type { ClaimedLetter, LetterBox, SendingEnd } from '../ports/letters.ts';
import { StoreUnavailable } from '../ports/store.ts';
import type { Clock, Digest, Log } from '../ports/world.ts';

export interface PostWorld {
  readonly letters: LetterBox;
  readonly press: LetterPress;
  readonly post: LetterPost;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
}

/** Pauses after each time that the server did not take a letter; then a person looks at it: five days, as RFC 5321. */
const PAUSES_MS = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS];

/**
 * Sends what is due, each letter once: what will be said is kept first, then the server is spoken to, then what came of
 * it is kept. Where nobody can tell whether it went out it is unknown, and not sent again by a machine.
 */
export async function runOnce(
  world: PostWorld,
  round: { readonly limit: number; readonly leaseMs: number },
): Promise<number> {
  const now = world.clock.now();
  const claimed = await world.letters.claimLetters({ now, leaseUntil: now + round.leaseMs, limit: round.limit });
  for (const letter of claimed) await send(world, letter, now + round.leaseMs);
  return claimed.length;
}

async function send(world: PostWorld, letter: ClaimedLetter, leaseUntil: Instant): Promise<void> {
  const { letters, press, post, clock, digest } = world;
  const { to, facts } = letter;
  const composed = facts === null ? null : composeLetter({ ...facts, customer: { name: to?.name ?? null } });
  // One letter that says nothing, or goes to nobody, must not end whoever sends all others.
  if (to === null || composed?.ok !== true) {
    return finish(world, letter, { state: 'unsendable', runAt: null, outcome: null });
  }
  // Another may have taken it since: whoever is late does not speak to the server.
  if (clock.now() >= leaseUntil) return;
  const printed = press.print(composed.value);
  const begun = await letters.beginSending({
    letter,
    printed,
    recipient: to.address,
    contentDigest: digest(`${printed.subject}\n${printed.text}\n${printed.html}`),
    now: clock.now(),
  });
  if (begun === 'stale') return;
  const outcome = await post.post({ ...printed, letterId: letter.letterId, to });
  await finish(world, { ...letter, version: letter.version + 1 }, { ...endOf(outcome, letter, clock.now()), outcome });
}

function endOf({ kind }: PostOutcome, { tries }: ClaimedLetter, now: Instant): Pick<SendingEnd, 'state' | 'runAt'> {
  switch (kind) {
    case 'accepted':
      return { state: 'sent', runAt: null };
    case 'refused_final':
      return { state: 'refused', runAt: null };
    case 'unknown':
      return { state: 'unknown', runAt: null };
    case 'refused_for_now': {
      const pauseMs = PAUSES_MS[tries - 1];
      return pauseMs === undefined ? { state: 'refused', runAt: null } : { state: 'due', runAt: now + pauseMs };
    }
  }
}

async function finish(
  { letters, clock, log }: PostWorld,
  letter: ClaimedLetter,
  end: Pick<SendingEnd, 'state' | 'runAt' | 'outcome'>,
): Promise<void> {
  try {
    await letters.finishSending({ letter, ...end, now: clock.now() });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    // It stands as being sent, and becomes unknown when the lease ends: said aloud, never sent twice.
    log.error('what became of a letter could not be kept', { subject: letter.letterId, state: end.state });
  }
}
