import type { Process } from '../../../sim/process.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/kernel/time.ts';
import type { Staff, StaffRole } from '../../../src/core/remedy/staff.ts';
import { cursorName } from '../../../src/flow/live/cursor.ts';
import type { PostOutcome } from '../../../src/flow/ports/letter.ts';
import type { Page, ProviderPayment } from '../../../src/flow/ports/provider.ts';
import { StoreUnavailable } from '../../../src/flow/ports/store.ts';
import { pauseCampaign, resumeCampaign, startCampaign } from '../../../src/flow/remedy/campaign.ts';
import { carryOut } from '../../../src/flow/remedy/carry-out.ts';
import { grantGoodwill } from '../../../src/flow/remedy/goodwill.ts';
import { hearRefund } from '../../../src/flow/remedy/hear-refund.ts';
import * as sendLetters from '../../../src/flow/remedy/send-letters.ts';
import { lookAgain, release } from '../../../src/flow/remedy/settle-refund.ts';
import { watchRefunds } from '../../../src/flow/remedy/watch-refunds.ts';
import * as writeLetters from '../../../src/flow/remedy/write-letters.ts';
import { ianaCalendar } from '../../../src/world/calendar.ts';
import { letterPress } from '../../../src/world/letter/press.ts';
import { OPERATOR } from '../../letters/facts.ts';
import { APPROVER, OPERATOR as CARLA } from '../plan.ts';
import { MERCHANT, START } from './story.ts';
import type { SimulatedWorld } from './world.ts';

export const PLAN = 'p1';
/** A plan that nobody approved: nothing of it may ever be sent. */
export const UNAPPROVED = 'p2';

const LEASE_MS = 10 * MINUTE_MS;

/** When the clerk gives up what is still before him. */
const GIVES_UP_AT = START + 4 * DAY_MS;

/** What is logged of facts from which no letter can be made. */
const UNWRITABLE = 'a letter cannot be written';

/** What the mail server took, and when. */
export interface Posted {
  readonly letterId: string;
  readonly at: number;
}

/** Again and again, through everything that a database may do; the pause grows where there is nothing to do. */
async function forever(world: SimulatedWorld, process: Process, round: () => Promise<number>): Promise<void> {
  const clock = world.site.clock(process);
  for (let pauseMs = SECOND_MS; ; ) {
    const done = await round().catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return 0;
      throw error;
    });
    const most = world.calm() ? 3 * HOUR_MS : 40 * MINUTE_MS;
    pauseMs = done > 0 ? SECOND_MS : Math.min(2 * pauseMs, most);
    await clock.sleep(pauseMs);
  }
}

export function sender(world: SimulatedWorld) {
  return (process: Process): Promise<void> => {
    const campaign = world.campaign(process);
    const round = { worker: `${process.name}:${process.incarnation}`, leaseMs: LEASE_MS };
    const filled = new Set<string>();
    return forever(
      world,
      process,
      async () => (await carryOut(campaign, { ...round, filled })) + (await watchRefunds(campaign, round)),
    );
  };
}

/** Reads the provider's listing as the worker does, and moves the cursor only over what was read whole. */
export function listener(world: SimulatedWorld) {
  return (process: Process): Promise<void> => {
    const campaign = world.campaign(process);
    const live = world.connect(process, world.stores.live);
    const [provider] = campaign.providers;
    const name = cursorName('payments', { provider: 'stripe', merchantAccount: MERCHANT });
    const chance = world.chance('listener');
    const listen = async () => {
      const from = (await live.readCursor(name)) ?? START - DAY_MS;
      const now = campaign.clock.now();
      for (let cursor: string | null = null; ; ) {
        const page: Page<ProviderPayment> | null =
          (await provider?.listPayments({ merchantAccount: MERCHANT, from, to: now, cursor })) ?? null;
        if (page === null) return 0;
        for (const item of page.items) {
          if (item.kind === 'refund') await hearRefund(campaign, item, chance.happens(0.5) ? 'event' : 'listing');
        }
        cursor = page.next;
        if (cursor !== null) continue;
        const readTo = now - campaign.settings.refund.lookUpLagMs - 5 * MINUTE_MS;
        if (readTo > from) await live.writeCursor(name, readTo);
        return 0;
      }
    };
    return forever(world, process, listen);
  };
}

export function postman(world: SimulatedWorld, posted: Posted[]) {
  return (process: Process): Promise<void> => {
    const { site, scheduler, chance } = world;
    const own = chance('post');
    const post = (letterId: string) => {
      const outcome = (kind: PostOutcome['kind']): PostOutcome => ({
        kind,
        code: null,
        words: '',
        messageId: `<${letterId}@pendolo.example>`,
      });
      return scheduler.effect(process, 'post', () => {
        const drawn = world.calm() ? 1 : own.unit();
        if (drawn < 0.1) return outcome('refused_for_now');
        posted.push({ letterId, at: scheduler.now() });
        return outcome(drawn < 0.3 ? 'unknown' : 'accepted');
      });
    };
    const around = {
      letters: world.letters(process),
      clock: site.clock(process),
      calendar: ianaCalendar,
      entropy: site.entropy(process),
      // A database that was away is said as well, and is none.
      log: {
        ...world.log,
        error: (message: string) => void (message.startsWith(UNWRITABLE) && world.violations.push(message)),
      },
      operator: OPERATOR,
      press: letterPress,
      post: { post: ({ letterId }: { readonly letterId: string }) => post(letterId) },
      digest: world.digest,
    };
    return forever(world, process, async () => {
      const written = await writeLetters.runOnce(around, { limit: 100 });
      return written + (await sendLetters.runOnce(around, { limit: 20, leaseMs: LEASE_MS }));
    });
  };
}

function person(staffId: string, ...roles: StaffRole[]): Staff {
  return { staffId, name: staffId, roles, accountId: null, recordedAt: 0, disabledAt: null };
}

const OPERATES = person(CARLA, 'operator');
const APPROVES = person(APPROVER, 'approver');

/** Says everything more than once, pauses for no reason, and settles what waits for a person. */
export function clerk(world: SimulatedWorld, posted: readonly Posted[]) {
  return async (process: Process): Promise<void> => {
    const clock = world.site.clock(process);
    const chance = world.chance('clerk');
    const office = world.connect(process, world.stores.office);
    const lots = world.connect(process, world.stores.lots);
    const campaign = world.campaign(process);
    const desk = { office, lots, clock, entropy: world.site.entropy(process), calendar: ianaCalendar };
    const rate = { canary: chance.happens(0.3) ? 2 : null, perTenSeconds: 50, haltFailures: 5 };
    const wish = { planId: PLAN, reason: 'a look' };
    const round = async () => {
      await startCampaign(desk, { planId: PLAN, actor: OPERATES, ...rate });
      const refused = await startCampaign(desk, { planId: UNAPPROVED, actor: OPERATES, ...rate });
      if (refused.ok) world.violations.push('a plan that nobody approved was started');
      await grantGoodwill(desk, { planId: PLAN, actor: OPERATES });
      if (!world.calm() && chance.happens(0.2)) await pauseCampaign(desk, { ...wish, actor: OPERATES });
      await resumeCampaign(desk, { ...wish, actor: APPROVES });
      for (const { key } of await office.listRefunds(PLAN, 'quarantined', 1000)) {
        if (clock.now() < GIVES_UP_AT) {
          if (chance.happens(0.3)) await lookAgain(campaign, key);
        } else await release(campaign, key);
      }
      await settleLetters(world, process, posted);
      return 0;
    };
    for (;;) {
      await round().catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) throw error;
      });
      await clock.sleep(world.calm() ? 6 * HOUR_MS : 10 * MINUTE_MS + chance.int(HOUR_MS));
    }
  };
}

/** He asks at the mail server which of them went out. */
async function settleLetters(world: SimulatedWorld, process: Process, posted: readonly Posted[]): Promise<void> {
  const box = world.letters(process);
  for (const letterId of await world.unknownLetters(process)) {
    const went = posted.some((one) => one.letterId === letterId);
    await box.settleUnknown(letterId, went ? 'sent' : 'due', world.scheduler.now());
  }
}
