import { assert } from '../../core/kernel/assert.ts';
import type { FieldError } from '../../core/kernel/field.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Lot } from '../../core/ledger/lot.ts';
import { differingField } from '../../core/live/compare.ts';
import type { EndedRental, RentalRecord } from '../../core/live/ended-rental.ts';
import { parsePlanText } from '../../core/live/plan/parse-plan.ts';
import type { Plan } from '../../core/live/plan.ts';
import { type PostedRental, type PricedRental, postRental } from '../../core/live/post-rental.ts';
import { type PriceError, priceRental } from '../../core/live/price.ts';
import type { Market, RentalEnded } from '../ports/store.ts';
import { each } from './each.ts';
import type { LiveWorld } from './world.ts';

/** What became of a rental that was said to have ended. */
export type Ended =
  | { readonly kind: 'created' | 'exists'; readonly record: RentalRecord }
  /** It is known, and was another: the first field that differs, by its name on the wire. */
  | { readonly kind: 'differs'; readonly field: string; readonly record: RentalRecord }
  | { readonly kind: 'account_unknown' }
  | PricingFailure
  /** Others used the same minutes again and again: say it again. */
  | { readonly kind: 'contended' };

export type PricingFailure =
  | { readonly kind: 'market_unknown' }
  | { readonly kind: 'unpriced'; readonly error: PriceError };

/** Rentals of one account that end at the same moment draw on the same lots; so many of them in a row are not met. */
const PRICINGS_MAX = 10;

/**
 * Prices rentals and writes them down with what they owe, each by itself, together in as few transactions as the store
 * likes. Answers in the order of the request. Saying the same again changes nothing.
 */
export async function endRentals(world: LiveWorld, rentals: readonly EndedRental[]): Promise<readonly Ended[]> {
  const answers = new Array<Ended | null>(rentals.length).fill(null);
  const places = placesOf(world);
  for (let pricing = 0; pricing < PRICINGS_MAX; pricing++) {
    const open = [...rentals.keys()].filter((index) => answers[index] === null);
    if (open.length === 0) break;
    const priced = await each(open, world.settings.callsMax, (index) => price(places, world, rentals[index]));
    const posted: { readonly index: number; readonly rental: PostedRental }[] = [];
    for (const [turn, index] of open.entries()) {
      const one = priced[turn];
      assert(one !== undefined, `rental ${index} was priced`);
      if (one.ok) posted.push({ index, rental: post(world, one.value) });
      else answers[index] = one.error;
    }
    if (posted.length === 0) continue;
    const ended = await write(
      world,
      posted.map(({ rental }) => rental),
    );
    for (const [turn, { index, rental }] of posted.entries()) answers[index] = answerOf(ended[turn], rental);
  }
  return answers.map((answer) => answer ?? { kind: 'contended' });
}

/** One alone may share a transaction with others that are said at the same moment: that is the store's art. */
async function write({ store }: LiveWorld, rentals: readonly PostedRental[]): Promise<readonly RentalEnded[]> {
  const [only, ...others] = rentals;
  if (only !== undefined && others.length === 0) return [await store.endRental(only)];
  return store.endRentals(rentals);
}

function post(world: LiveWorld, priced: PricedRental): PostedRental {
  return postRental(priced, { now: world.clock.now(), provider: world.settings.provider });
}

/** Null where it must be priced again. */
function answerOf(ended: RentalEnded | undefined, { record }: PostedRental): Ended | null {
  assert(ended !== undefined, `${record.rental.rentalId} has no answer`);
  switch (ended.kind) {
    case 'created':
      return { kind: 'created', record };
    case 'lots_changed':
      return null;
    case 'account_unknown':
      return { kind: 'account_unknown' };
    case 'exists': {
      const field = differingField(ended.record.rental, record.rental);
      return field === null
        ? { kind: 'exists', record: ended.record }
        : { kind: 'differs', field, record: ended.record };
    }
  }
}

/** Markets and plans of one request, each read once: a plan never changes under its text. */
interface Places {
  market(name: string): Promise<Market | null>;
  plan(rental: EndedRental, planId: string): Promise<{ readonly plan: Plan; readonly digest: string } | null>;
}

export function placesOf({ store }: LiveWorld): Places {
  const markets = new Map<string, Promise<Market | null>>();
  const parsed = new Map<string, Plan>();
  return {
    market: (name) => {
      const known = markets.get(name) ?? store.readMarket(name);
      markets.set(name, known);
      return known;
    },
    plan: async ({ market, startedAt }, planId) => {
      const stored = await store.readPlan(market, planId, startedAt);
      if (stored === null) return null;
      const plan = parsed.get(stored.digest) ?? readStored(stored.body, stored.digest);
      parsed.set(stored.digest, plan);
      return { plan, digest: stored.digest };
    },
  };
}

/** It was read before it was stored. */
function readStored(body: string, digest: string): Plan {
  const plan = parsePlanText(body);
  assert(plan.ok, `plan ${digest} is no plan: ${plan.ok ? '' : sayErrors(plan.error)}`);
  return plan.value;
}

function sayErrors(errors: readonly FieldError[]): string {
  return errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join(', ');
}

async function price(
  places: Places,
  world: LiveWorld,
  rental: EndedRental | undefined,
): Promise<Result<PricedRental, PricingFailure>> {
  assert(rental !== undefined, 'a rental to be priced');
  const { accountId, market, pricing } = rental;
  // A price that was stated uses no minutes: nothing needs to be read.
  const lots = pricing.kind === 'stated' ? [] : await world.store.readLots(accountId, market);
  return priceWith(places, rental, lots);
}

/** What a rental costs, drawing on these lots of its account. */
export async function priceWith(
  places: Places,
  rental: EndedRental,
  lots: readonly Lot[],
): Promise<Result<PricedRental, PricingFailure>> {
  const market = await places.market(rental.market);
  if (market === null) return fail({ kind: 'market_unknown' });
  const { pricing } = rental;
  const found = pricing.kind === 'plan' ? await places.plan(rental, pricing.planId) : null;
  const priced = priceRental({ rental, plan: found?.plan ?? null, market, lots });
  if (!priced.ok) return fail({ kind: 'unpriced', error: priced.error });
  return ok({ rental, price: priced.value, planDigest: found?.digest ?? null });
}
