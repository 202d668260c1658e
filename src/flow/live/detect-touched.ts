import type { Instant, Window } from '../../core/kernel/time.ts';
import { obligationOfKey } from '../../core/live/charge/reference.ts';
import { adjudicate } from '../../core/remedy/adjudicate.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import type { LiveFacts, LiveSetting } from '../ports/live-facts.ts';
import type { Alarm } from '../ports/world.ts';
import type { LiveWorld } from './world.ts';

/** Whole accounts are held in memory: a business account has thousands of rides. */
const ACCOUNTS_AT_ONCE = 200;

/** Rows are stamped by the clocks of several machines, and seen here when their transaction has ended. */
const OVERLAP_MS = 5 * 60_000;

const CURSOR = 'detection';

/**
 * Judges every account of which something was said or seen since the last time, whole: what the obligation alone does
 * not show is seen here, such as a drive recorded twice or a charge that names no rental. Answers how many accounts.
 * `begun` is the setting as it was read once: where facts begin stays, and until now they are whole.
 */
export async function runOnce(world: LiveWorld, facts: LiveFacts, begun: LiveSetting): Promise<number> {
  const now = world.clock.now();
  const readTo = (await world.store.readCursor(CURSOR)) ?? now - world.settings.reading.firstMs;
  const setting = lastingUntil(begun, now);
  let after: string | null = null;
  let judged = 0;
  for (;;) {
    const accounts = await facts.touched({ from: readTo - OVERLAP_MS, to: now, after, limit: ACCOUNTS_AT_ONCE });
    await announceFindings(world, await judge(facts, accounts, setting));
    judged += accounts.length;
    after = accounts.at(-1) ?? null;
    if (accounts.length < ACCOUNTS_AT_ONCE) break;
  }
  await world.store.writeCursor(CURSOR, now);
  return judged;
}

/** All history at once: the database proposes accounts, core judges them. Answers what is wrong. */
export async function detectEverything(facts: LiveFacts): Promise<readonly Finding[]> {
  const setting = await facts.readSetting();
  // Judged together: a drive recorded twice may stand under two accounts.
  return judge(facts, await facts.screen(), setting);
}

function lastingUntil({ layers, coverage }: LiveSetting, now: Instant): LiveSetting {
  const until = (window: Window | null): Window => ({ from: window?.from ?? now, to: now });
  return {
    layers,
    coverage: {
      rentalsEnded: until(coverage.rentalsEnded),
      paymentsCreated: until(coverage.paymentsCreated),
      chargesCreated: until(coverage.chargesCreated),
      settlementsBooked: null,
    },
  };
}

async function judge(facts: LiveFacts, accounts: readonly string[], setting: LiveSetting): Promise<readonly Finding[]> {
  if (accounts.length === 0) return [];
  return adjudicate(await facts.factsOf(accounts, setting)).findings;
}

/** What is only possible stays in the scan, where a person looks for it. */
async function announceFindings(world: LiveWorld, findings: readonly Finding[]): Promise<void> {
  for (const finding of findings) {
    if (finding.grade !== 'possible') await world.bell.raise(alarmOf(finding, world.clock.now()));
  }
}

/** A double charge has the name under which the charge itself was announced, so that it is one alarm. */
function alarmOf(finding: Finding, at: Instant): Alarm {
  const { paymentId, reason, grade, evidence } = finding;
  const message = `${grade}: ${reason}`;
  const obligation = obligationOfKey(evidence.wrong?.idempotencyKey ?? null);
  if (finding.class === 'double_charge' && grade === 'proven' && obligation !== null) {
    return { kind: 'double_charge', message, subject: `${obligation}:${paymentId}`, at };
  }
  return { kind: 'wrong_charge', message, subject: finding.findingId, at };
}
