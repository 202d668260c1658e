import { assert } from '../core/kernel/assert.ts';
import type { FieldError } from '../core/kernel/field.ts';
import type { Result } from '../core/kernel/result.ts';
import { toRfc3339 } from '../core/kernel/time.ts';
import type { Lot } from '../core/ledger/lot.ts';
import type { EndedRental, RentalRecord } from '../core/live/ended-rental.ts';
import type { GrantError } from '../core/live/lots.ts';
import { parseEndedRental } from '../core/live/parse.ts';
import type { PriceError } from '../core/live/price.ts';
import { type Ended, endRentals } from '../flow/live/end-rentals.ts';
import { giveMinutes } from '../flow/live/give-minutes.ts';
import { putPlan } from '../flow/live/put-plan.ts';
import { resumeCharging, stopCharging } from '../flow/live/stop-charging.ts';
import { correctRental, type TakenBack, voidRental } from '../flow/live/take-back.ts';
import type { LiveWorld } from '../flow/live/world.ts';
import type { Control, LiveReads } from '../flow/ports/store.ts';
import { Refusal } from './problem.ts';

/**
 * Where requests become what the flows understand: core parses once more what the schemas let through, and what a flow
 * refuses becomes a problem. Refusals are thrown, but for many rentals at once, where each has its own.
 */
export interface Desk {
  endRentals(inputs: readonly unknown[]): Promise<readonly Taken[]>;
  voidRental(request: { readonly rentalId: string; readonly reason: string }): Promise<RentalRecord>;
  correctRental(request: {
    readonly rentalId: string;
    readonly reason: string;
    readonly rental: unknown;
  }): Promise<RentalRecord>;
  setControl(control: Control): Promise<void>;
  grantLot(request: LotGrant): Promise<{ readonly result: 'created' | 'exists'; readonly lot: Lot }>;
  putPlan(request: { readonly market: string; readonly plan: unknown; readonly validFrom: number }): Promise<{
    readonly result: 'created' | 'exists';
    readonly planId: string;
    readonly digest: string;
  }>;
}

export type Taken =
  | { readonly kind: 'created' | 'exists'; readonly record: RentalRecord }
  | { readonly kind: 'refused'; readonly rentalId: string | null; readonly refusal: Refusal };

export interface LotGrant {
  readonly accountId: string;
  /** Equal for equal commands: the same command grants once. */
  readonly lotId: string;
  readonly market: string;
  readonly minutes: number;
  readonly lastDay: string;
  /** Null: from now on. */
  readonly validFrom: number | null;
  readonly source: string;
  readonly incidentId: string | null;
}

export function openDesk(world: LiveWorld, reads: Pick<LiveReads, 'listLots'>): Desk {
  return {
    endRentals: (inputs) => takeRentals(world, inputs),
    voidRental: async (wish) => recordOf(await voidRental(world, wish)),
    correctRental: async ({ rentalId, reason, rental }) => {
      const parsed = believed(parseEndedRental(rental), '/rental');
      if (parsed.rentalId !== rentalId) throw differs('rental_id');
      const readLots = async (accountId: string, market: string) =>
        (await reads.listLots(accountId)).filter((lot) => lot.market === market);
      return recordOf(await correctRental(world, { rentalId, reason, rental: parsed, readLots }));
    },
    setControl: async ({ charging, reason, by }) => {
      if (charging === 'stopped') return stopCharging(world, { reason, by });
      const resumed = await resumeCharging(world, { reason, by });
      if (resumed.kind === 'needs_a_person') {
        throw refused('needs_a_person', `${by} may not resume: say who decides, and why.`);
      }
    },
    grantLot: (wish) => grantLot(world, reads, wish),
    putPlan: async ({ market, plan, validFrom }) => {
      const put = await putPlan(world, { market, body: JSON.stringify(plan), validFrom });
      switch (put.kind) {
        case 'created':
        case 'exists':
          return { result: put.kind, planId: put.planId, digest: put.digest };
        case 'market_unknown':
          throw new Refusal('not_found', 'There is no market of this name.');
        case 'differs':
          throw refused(
            'plan_differs',
            'Another plan of this name holds from the same instant on: choose a later one.',
          );
        case 'malformed':
          throw malformed(put.errors, '/plan');
        case 'currency_differs':
          throw refused('currency_differs', `The market takes ${put.expected}, the plan asks for ${put.actual}.`);
      }
    },
  };
}

/** Those that can be read are taken together; the others have their refusal. */
async function takeRentals(world: LiveWorld, inputs: readonly unknown[]): Promise<readonly Taken[]> {
  const parsed = inputs.map((input) => parseEndedRental(input));
  const rentals = parsed.filter((one) => one.ok).map(({ value }) => value);
  const ended = rentals.length === 0 ? [] : await endRentals(world, rentals);
  let next = 0;
  return parsed.map((one, index): Taken => {
    if (!one.ok) return { kind: 'refused', rentalId: idIn(inputs[index]), refusal: malformed(one.error, '') };
    return takenOf(one.value, ended[next++]);
  });
}

function takenOf(rental: EndedRental, ended: Ended | undefined): Taken {
  const refuse = (refusal: Refusal): Taken => ({ kind: 'refused', rentalId: rental.rentalId, refusal });
  switch (ended?.kind) {
    case 'created':
    case 'exists':
      return { kind: ended.kind, record: ended.record };
    case 'differs':
      return refuse(differs(ended.field));
    case 'account_unknown':
      return refuse(refused('account_unknown', `The account ${rental.accountId} is not known: PUT it first.`));
    case 'market_unknown':
      return refuse(refused('market_unknown', `The market ${rental.market} is not known: PUT it first.`));
    case 'unpriced':
      return refuse(unpriced(ended.error));
    case 'contended':
    case undefined:
      return refuse(new Refusal('state_changed', 'Others use the same free minutes at this moment: send it again.'));
  }
}

function recordOf(taken: TakenBack): RentalRecord {
  switch (taken.kind) {
    case 'done':
    case 'exists':
      return taken.record;
    case 'rental_unknown':
      throw new Refusal('not_found', 'There is no rental of this id.');
    case 'already_void':
      throw new Refusal(
        'rental_void',
        'It was taken back before; say it under another id if it was a rental after all.',
      );
    case 'market_unknown':
      throw refused('market_unknown', 'The market is not known: PUT it first.');
    case 'unpriced':
      throw unpriced(taken.error);
    case 'differs':
      throw differs(taken.field);
    case 'in_flight':
      throw new Refusal(
        'state_changed',
        'A charge for it is under way, its outcome is not known yet: send it again later.',
        {
          code: 'charge_in_flight',
        },
      );
    case 'parked':
      throw new Refusal('state_changed', 'A charge for it waits for a person: that must be settled first.', {
        code: 'charge_parked',
      });
    case 'contended':
      throw new Refusal('state_changed', 'It changed while it was decided: send it again.');
  }
}

async function grantLot(world: LiveWorld, reads: Pick<LiveReads, 'listLots'>, wish: LotGrant) {
  const given = await giveMinutes(world, wish);
  switch (given.kind) {
    case 'created':
      return { result: given.kind, lot: given.lot };
    case 'exists': {
      const lots = await reads.listLots(wish.accountId);
      const isIt = (lot: Lot) => wish.incidentId !== null && lot.incidentId === wish.incidentId;
      const there = lots.find((lot) => lot.lotId === wish.lotId) ?? lots.find(isIt);
      assert(there !== undefined, `lot ${wish.lotId} exists and is not there`);
      return { result: given.kind, lot: there };
    }
    case 'account_unknown':
      throw new Refusal('not_found', 'There is no account of this id.');
    case 'market_unknown':
      throw refused('market_unknown', `The market ${wish.market} is not known: PUT it first.`);
    case 'refused':
      throw refused(given.error.kind, sayGrantError(given.error));
  }
}

function sayGrantError(error: GrantError): string {
  switch (error.kind) {
    case 'minutes_out_of_bounds':
      return `${error.minutes} minutes cannot be given.`;
    case 'day_malformed':
      return `${error.lastDay} is no day of the calendar.`;
    case 'lapsed':
      return `They would lapse at ${toRfc3339(error.expiresAt)}, before they can be used.`;
  }
}

function unpriced(error: PriceError): Refusal {
  switch (error.kind) {
    case 'plan_missing':
      return refused('plan_unknown', `The plan ${error.planId} is not known in the market at the start of the rental.`);
    case 'currency_differs':
      return refused('currency_differs', `The market takes ${error.expected}, not ${error.actual}.`);
    case 'distance_missing':
      return refused('distance_missing', `The plan ${error.planId} charges by distance: say distance_meters.`);
    case 'amount_too_large':
      return refused('amount_too_large', `A price of ${error.amountMinor} minor units is a mistake.`);
  }
}

function refused(code: string, detail: string): Refusal {
  return new Refusal('refused', detail, { code });
}

function differs(field: string): Refusal {
  return new Refusal('rental_differs', `It is known with another ${field}. If this one is right, send a correction.`, {
    code: `exists_with_different_${field}`,
    faults: [{ pointer: `/${field}`, detail: 'was another' }],
  });
}

function believed<T>(read: Result<T, readonly FieldError[]>, under: string): T {
  if (!read.ok) throw malformed(read.error, under);
  return read.value;
}

function malformed(errors: readonly FieldError[], under: string): Refusal {
  const faults = errors.map(({ pointer, detail }) => ({ pointer: `${under}${pointer}`, detail }));
  return new Refusal('request_invalid', 'Something is wrong in the body.', { faults });
}

/** Which rental a line speaks of, as far as one can see. */
function idIn(input: unknown): string | null {
  const id = (input as { rental_id?: unknown } | null)?.rental_id;
  return typeof id === 'string' ? id.slice(0, 100) : null;
}
