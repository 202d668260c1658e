import { hash } from 'node:crypto';
import { money } from '../src/core/kernel/money.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../src/core/kernel/time.ts';
import type { EndedRental } from '../src/core/live/ended-rental.ts';
import type { Account } from '../src/flow/ports/store.ts';
import { correct, end, grant, takeBack } from './hands.ts';
import { type AccountStory, MARKETS, PLAN_ID, type RentalStory } from './oracle.ts';
import { merchantOf } from './settings.ts';
import type { World } from './world.ts';

/** Writes down who exists before time begins, and has the upstream system say everything at its time. */
export async function tellStories(world: World): Promise<void> {
  const { oracle, memory, swarm } = world;
  for (const market of MARKETS) await memory.putMarket(market);
  await layPlans(world);
  for (const account of oracle.accounts) {
    await memory.putAccount(asAccount(account, account.method === 'missing_at_first' ? null : 'first'), swarm.startAt);
    tellAccount(world, account);
  }
  for (const rental of oracle.rentals) tellRental(world, rental);
}

async function layPlans(world: World): Promise<void> {
  const { memory, swarm } = world;
  for (const { market, currency } of MARKETS) {
    const body = JSON.stringify(planOf(market, currency));
    const digest = hash('sha256', body);
    await memory.putPlan({ market, planId: PLAN_ID, digest, body, validFrom: swarm.startAt - 30 * DAY_MS });
  }
}

function tellAccount(world: World, account: AccountStory): void {
  const { client, swarm, marks } = world;
  const early = swarm.startAt - DAY_MS + MINUTE_MS;
  const give = (name: 'home' | 'away', minutes: number, at: number, lastsMs: number): void => {
    if (minutes === 0) return;
    const times = account.lotGrantedTwice ? 2 : 1;
    if (times === 2) marks.hit('fault:lot_granted_twice');
    for (let time = 0; time < times; time += 1) {
      client.insist({
        name: `lot ${name} ${account.accountId}`,
        at,
        async say(process) {
          const wish = { account, name, minutes, validFrom: swarm.startAt - DAY_MS, lastsMs };
          const answer = await grant(world.liveOf(process), wish);
          if (answer !== 'created' && answer !== 'exists') {
            world.violations.push(`minutes for ${account.accountId} answered ${answer}`);
          }
        },
      });
    }
  };
  give(
    'home',
    account.minutesGiven,
    account.minutesBeforeRides ? early : swarm.startAt + account.methodAfterMs,
    90 * DAY_MS,
  );
  give('away', account.minutesLapsing, early, 2 * swarm.spanMs + 5 * DAY_MS);
  if (account.method === 'there') return;
  client.insist({
    name: `method ${account.accountId}`,
    at: swarm.startAt + account.methodAfterMs,
    async say(process) {
      const live = world.liveOf(process);
      marks.hit(account.method === 'changes' ? 'fault:method_changed' : 'fault:method_missing');
      await live.store.putAccount(asAccount(account, 'second'), live.clock.now());
    },
  });
}

/** What a card does is in its name: the sandbox reads it. */
function asAccount(account: AccountStory, method: 'first' | 'second' | null): Account {
  const { accountId, market } = account;
  const paymentMethod = {
    provider: 'stripe',
    merchantAccount: merchantOf(market),
    customerRef: `cus_${accountId}`,
    methodRef: `${cardOf(account)}__${accountId}_${method}`,
  };
  return { accountId, homeMarket: market, locale: 'it', paymentMethod: method === null ? null : paymentMethod };
}

/** Some payments are decided only after the next step of the dunning schedule would have come. */
function cardOf({ card, index }: AccountStory): string {
  return card === 'pending' && index % 2 === 0 ? 'pm_card_processing_30h' : CARDS[card];
}

const CARDS: Readonly<Record<AccountStory['card'], string>> = {
  good: 'pm_card_visa',
  declined_once: 'pm_card_chargeDeclinedInsufficientFunds_1',
  declined_always: 'pm_card_chargeDeclinedDoNotHonor',
  pending: 'pm_card_processing_2h',
  pending_fails: 'pm_card_processingFails_3h',
  disputed: 'pm_card_dispute_6h',
};

const FAULT_OF_CARD = {
  good: null,
  declined_once: 'fault:card_declined_once',
  declined_always: 'fault:card_declined_always',
  pending: 'fault:provider_pending',
  pending_fails: 'fault:provider_fails_late',
  disputed: null,
} as const;

function tellRental(world: World, story: RentalStory): void {
  const { client, swarm, marks, oracle } = world;
  const rental = asRental(story);
  const at = story.endedAt + MINUTE_MS;
  const say = (name: string, when: number, said: EndedRental): void =>
    client.insist({
      name: `${name} ${story.rentalId}`,
      at: when,
      async say(process) {
        const answer = await end(world.liveOf(process), said);
        world.marks.hit(`mark:said.${answer}`);
        if (answer === 'contended') await new Promise(() => {});
        const isKnown = answer === 'created' || answer === 'exists';
        if (!isKnown && !(answer === 'differs' && story.later === 'corrected')) {
          world.violations.push(`${story.rentalId} was said and answered ${answer}`);
        }
      },
    });
  say('rental', at, rental);
  const card = oracle.account(story.accountId)?.card ?? 'good';
  const fault = FAULT_OF_CARD[card];
  if (fault !== null) marks.hit(fault);
  switch (story.telling) {
    case 'once':
      break;
    case 'twice':
      marks.hit('fault:rental_said_twice');
      say('again', at + HOUR_MS, rental);
      break;
    case 'by_two':
      marks.hit('fault:rental_said_by_two');
      say('beside', at, rental);
      break;
    case 'otherwise':
      if (swarm.faults.has('store_restored')) break;
      marks.hit('fault:rental_said_otherwise');
      insistOtherwise(world, story, at + HOUR_MS);
      break;
  }
  const laterAt = at + story.laterAfterMs;
  if (story.later === 'voided') {
    marks.hit('fault:rental_voided');
    insistLater(world, story, laterAt, async (live) => takeBack(live, story.rentalId));
  }
  if (story.later === 'corrected') {
    marks.hit('fault:rental_corrected');
    insistLater(world, story, laterAt, async (live) => correct(live, () => world.memory.rows(), asCorrected(story)));
  }
}

/** The same rental with another amount, once it was said rightly: must be refused. */
function insistOtherwise(world: World, story: RentalStory, at: number): void {
  const rental = asRental(story);
  const other: EndedRental = { ...rental, vehicleId: 'another' };
  insistLater(world, story, at, async (live) => {
    if ((await live.store.readRental(story.rentalId)) === null) return 'later';
    const answer = await end(live, other);
    if (answer !== 'differs') world.violations.push(`${story.rentalId} was said otherwise and answered ${answer}`);
    return 'done';
  });
}

function insistLater(
  world: World,
  story: RentalStory,
  at: number,
  act: (live: ReturnType<World['liveOf']>) => Promise<string>,
): void {
  world.client.insist({
    name: `${story.later} ${story.rentalId}`,
    at,
    async say(process) {
      // What is taken back must have been said: until then the upstream system comes again.
      const answer = await act(world.liveOf(process));
      world.marks.hit(`mark:${story.later}.${answer}`);
      if (answer === 'later') await new Promise(() => {});
      if (answer !== 'done') world.violations.push(`${story.later} ${story.rentalId} answered ${answer}`);
    },
  });
}

export function asRental(story: RentalStory): EndedRental {
  const { rentalId, accountId, market, startedAt, endedAt, statedMinor } = story;
  const currency = MARKETS.find((one) => one.market === market)?.currency ?? 'EUR';
  return {
    rentalId,
    accountId,
    vehicleId: `car${story.index % 17}`,
    market,
    startedAt,
    endedAt,
    distanceMeters: null,
    pricing:
      statedMinor === null
        ? { kind: 'plan', planId: PLAN_ID }
        : { kind: 'stated', amountDue: money(statedMinor, currency) },
  };
}

function asCorrected(story: RentalStory): EndedRental {
  const rental = asRental(story);
  if (rental.pricing.kind === 'stated') {
    const { currency } = rental.pricing.amountDue;
    return { ...rental, pricing: { kind: 'stated', amountDue: money(story.correctedMinor, currency) } };
  }
  return { ...rental, startedAt: story.startedAt - story.correctedByMinutes * MINUTE_MS };
}

/** One price a begun minute, nothing else: what the oracle can add up in its head. */
function planOf(market: string, currency: string) {
  return {
    plan_id: PLAN_ID,
    name: [{ text: `Simulator ${market}`, language: 'en' }],
    currency,
    price: 0,
    is_taxable: false,
    description: [{ text: 'by the begun minute', language: 'en' }],
    per_min_pricing: [{ start: 0, rate: 0.25, interval: 1 }],
  };
}
