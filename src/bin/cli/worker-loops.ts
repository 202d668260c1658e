import { MINUTE_MS, SECOND_MS } from '../../core/kernel/time.ts';
import { drain } from '../../flow/drain.ts';
import * as chargeDue from '../../flow/live/charge-due.ts';
import { openGate } from '../../flow/live/charging-gate.ts';
import type { Read } from '../../flow/live/cursor.ts';
import * as detectTouched from '../../flow/live/detect-touched.ts';
import * as expireLots from '../../flow/live/expire-lots.ts';
import * as readLedger from '../../flow/live/read-ledger.ts';
import * as readListings from '../../flow/live/read-listings.ts';
import * as takeEvents from '../../flow/live/take-events.ts';
import * as watchBooks from '../../flow/live/watch-books.ts';
import type { LiveWorld } from '../../flow/live/world.ts';
import type { LiveFacts, LiveSetting } from '../../flow/ports/live-facts.ts';
import * as sealAudit from '../../flow/remedy/audit.ts';
import type { CampaignWorld } from '../../flow/remedy/campaign-world.ts';
import { carryOut, type Filled } from '../../flow/remedy/carry-out.ts';
import * as sendLetters from '../../flow/remedy/send-letters.ts';
import { watchRefunds } from '../../flow/remedy/watch-refunds.ts';
import * as writeLetters from '../../flow/remedy/write-letters.ts';
import { sendWebhooksOnce, type WebhookSender } from '../../world/webhook.ts';
import type { Loop } from './loops.ts';

/** Longer than the slowest call to a provider with what is written after it. A dead worker's claims wait so long. */
const LEASE_MS = 3 * MINUTE_MS;

/** Events and lapsed lots of one round: as much as one transaction takes well. */
const BATCH = 100;

export interface WorkerHands {
  readonly world: LiveWorld;
  readonly sender: WebhookSender;
  /** Its name, unique among all workers. */
  readonly worker: string;
  readonly facts: LiveFacts;
  /** As it was when the worker started. */
  readonly setting: LiveSetting;
  readonly campaigns: CampaignWorld;
  readonly audit: sealAudit.AuditWorld;
  /** Null where nothing says who writes to customers: letters wait. */
  readonly letters: (writeLetters.LetterWorld & sendLetters.PostWorld) | null;
}

/** All that a worker does, side by side. What has nothing to do rests; the rests are how late things are noticed. */
export function workerLoops(hands: WorkerHands): readonly Loop[] {
  const { world, sender, worker, facts, setting, letters } = hands;
  const { callsMax } = world.settings;
  const mayCharge = openGate(world);
  return [
    ...(letters === null ? [] : letterLoops(letters)),
    ...campaignLoops(hands),
    {
      name: 'charge',
      restMs: SECOND_MS / 4,
      runOnce: async () => {
        if (!(await mayCharge())) return 0;
        // As many as are called at once: none waits for another's answer with its lease running.
        return (await chargeDue.runOnce(world, { worker, limit: callsMax, leaseMs: LEASE_MS })).claimed;
      },
    },
    {
      name: 'questions',
      restMs: 10 * SECOND_MS,
      runOnce: async () => (await chargeDue.askOnce(world, { worker, limit: callsMax, leaseMs: LEASE_MS })).claimed,
    },
    {
      name: 'events',
      restMs: SECOND_MS / 2,
      runOnce: () => takeEvents.runOnce(world, { limit: BATCH, leaseMs: LEASE_MS }),
    },
    { name: 'webhooks', restMs: SECOND_MS / 2, runOnce: () => sendWebhooksOnce(sender) },
    { name: 'listings', restMs: 30 * SECOND_MS, runOnce: async () => behind(await readListings.runOnce(world)) },
    // Whole accounts are judged, after the listings told what was taken from them.
    {
      name: 'detection',
      restMs: 10 * SECOND_MS,
      runOnce: () => detectTouched.runOnce(world, facts, setting).then(nothingLeft),
    },
    { name: 'ledger', restMs: MINUTE_MS, runOnce: async () => behind(await readLedger.runOnce(world)) },
    { name: 'audit', restMs: 2 * SECOND_MS, runOnce: () => sealAudit.runOnce(hands.audit) },
    { name: 'lots', restMs: MINUTE_MS, runOnce: () => expireLots.runOnce(world, { limit: BATCH }) },
    // Reads all of the books: what is wrong there is said aloud within minutes, and found again after each restart.
    { name: 'books', restMs: 10 * MINUTE_MS, runOnce: () => watchBooks.runOnce(world).then(nothingLeft) },
  ];
}

function letterLoops(letters: NonNullable<WorkerHands['letters']>): readonly Loop[] {
  return [
    { name: 'letters', restMs: 5 * SECOND_MS, runOnce: () => writeLetters.runOnce(letters, { limit: BATCH }) },
    // One after the other: what is left of a lease is looked at before each.
    { name: 'post', restMs: SECOND_MS, runOnce: () => sendLetters.runOnce(letters, { limit: 1, leaseMs: LEASE_MS }) },
  ];
}

/** While the answers to one round are waited for, the next ones are begun: so many rounds side by side. */
const ROUNDS_AT_ONCE = 3;

function campaignLoops({ campaigns, worker }: WorkerHands): readonly Loop[] {
  const filled: Filled = new Set();
  const round = { worker, leaseMs: LEASE_MS };
  const sending = Array.from({ length: ROUNDS_AT_ONCE }, (_, at) => ({
    name: `campaign ${at + 1}`,
    restMs: SECOND_MS / 2,
    runOnce: () => carryOut(campaigns, { ...round, filled }),
  }));
  return [...sending, { name: 'refunds', restMs: SECOND_MS, runOnce: () => watchRefunds(campaigns, round) }];
}

/** Work that makes more work for ever is a defect; what is left of a longer backlog waits for the next start. */
const ROUNDS_MAX = 10_000;

/** All that is due at this instant, then nothing more. False where more was due, or it may not charge. */
export async function workOnce(hands: WorkerHands): Promise<boolean> {
  const { world, sender, worker, facts, setting, audit, letters } = hands;
  const { callsMax } = world.settings;
  const mayCharge = openGate(world);
  const rounds = { worker, limit: callsMax, leaseMs: LEASE_MS, roundsMax: ROUNDS_MAX, mayCharge };
  const isDone = (await drain(world, rounds)) && (await mayCharge());
  await detectTouched.runOnce(world, facts, setting);
  await watchBooks.runOnce(world);
  if (letters !== null) await workOffLetters(letters);
  await sealAudit.runOnce(audit);
  for (let round = 0; round < ROUNDS_MAX; round += 1) if ((await sendWebhooksOnce(sender)) === 0) return isDone;
  return false;
}

async function workOffLetters(letters: NonNullable<WorkerHands['letters']>): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const written = await writeLetters.runOnce(letters, { limit: BATCH });
    const sent = await sendLetters.runOnce(letters, { limit: 1, leaseMs: LEASE_MS });
    if (written + sent === 0) return;
  }
}

/** Windows that are left to read: 0 rests. */
function behind(reads: readonly Read[]): number {
  return reads.filter((read) => read.kind === 'read' && !read.isCurrent).length;
}

/** What was found is not made better by looking again at once. */
function nothingLeft(): number {
  return 0;
}
