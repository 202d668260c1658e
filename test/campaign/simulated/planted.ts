import type { Pool } from 'pg';
import { changed } from '../../../sim/saboteur/plant.ts';
import { NO_COUNTERS } from '../../../src/core/remedy/refund/case.ts';
import type { ChargeReading, ChargeState, SeenRefund } from '../../../src/core/remedy/refund/charge-state.ts';
import type { RefundStore } from '../../../src/flow/ports/campaign.ts';
import type { LetterBox } from '../../../src/flow/ports/letters.ts';
import type { Provider } from '../../../src/flow/ports/provider.ts';

/**
 * A planted bug of a remediation: what a careless author would have written, played between the flows and their ports
 * for the life of one process, or in the database before anything begins.
 */
export interface Planted {
  readonly refunds?: (inner: RefundStore) => RefundStore;
  readonly provider?: (inner: Provider) => Provider;
  readonly letters?: (inner: LetterBox) => LetterBox;
  readonly database?: (admin: Pool) => Promise<unknown>;
}

function readingAs(seen: (charge: ChargeState) => ChargeState): Planted {
  const altered = (charge: ChargeReading) => (charge === null || charge === 'missing' ? charge : seen(charge));
  return {
    provider: (inner) =>
      changed<Provider>(inner, { readCharge: async (request) => altered(await inner.readCharge(request)) }),
  };
}

const withRefunds = (charge: ChargeState, refunds: readonly SeenRefund[]): ChargeState => ({
  ...charge,
  refunds,
  refundedMinor: refunds.reduce((sum, { amount }) => sum + amount.amountMinor, 0n),
});

/** R01: the charge that stays is not looked at. */
export const ONE_LEG_READ: Planted = {
  refunds: (inner) =>
    changed<RefundStore>(inner, {
      claimDue: async (request) =>
        (await inner.claimDue(request)).map((found) => ({
          ...found,
          liability: { ...found.liability, keptPaymentId: null },
        })),
    }),
};

/** R02: nobody asks whether a bank has the charge in its hands. */
export const DISPUTES_IGNORED: Planted = readingAs((charge) => ({ ...charge, disputes: [] }));

/** R03: a list that was read once is worked off again, by the facts of then and under keys of its own. */
export const STALE_LIST: Planted = {
  provider(inner) {
    const known = new Map<string, ChargeReading>();
    return changed<Provider>(inner, {
      async readCharge(request) {
        const charge = known.get(request.chargeRef) ?? (await inner.readCharge(request));
        known.set(request.chargeRef, charge);
        return charge;
      },
    });
  },
  refunds(inner) {
    let list: Awaited<ReturnType<RefundStore['claimDue']>> = [];
    let again = 0;
    return changed<RefundStore>(inner, {
      async claimDue(request) {
        const claimed = await inner.claimDue(request);
        if (claimed.length > 0) list = claimed;
        if (claimed.length > 0 || again > 0) return claimed;
        again += 1;
        return list.map((found) => ({ ...found, lastGeneration: again }));
      },
      async applyRefunds(changes) {
        const answers = await inner.applyRefunds(changes);
        return changes.map(({ begins }, at) => (begins ? 'applied' : (answers[at] as (typeof answers)[number])));
      },
    });
  },
};

/** R04: silence counts as a failure, and nobody asks. */
export const SILENCE_IS_FAILURE: Planted = {
  provider(inner) {
    const silent = new Set<string>();
    return changed<Provider>(inner, {
      readCharge: async (request) => (silent.has(request.chargeRef) ? null : inner.readCharge(request)),
      async refund(request) {
        const seen = await inner.refund(request);
        if (seen.outcome !== 'unknown') return seen;
        silent.add(request.chargeRef);
        return { ...seen, outcome: 'failed_final', declineCode: 'timeout' };
      },
    });
  },
};

/** R05: after the first one everything is dropped without a word. */
export const FIRST_ONLY: Planted = {
  database: (admin) =>
    admin.query(`
      create function storno.drops_silently() returns trigger language plpgsql as $$
      begin
        return case when exists (select from storno.refund) then null else new end;
      end
      $$;
      create trigger drops_silently before insert on storno.refund
        for each row execute function storno.drops_silently();
      alter table storno.refund enable always trigger drops_silently`),
};

/** R06: what succeeded is never looked at again. */
export const NEVER_WATCHED: Planted = {
  refunds: (inner) =>
    changed<RefundStore>(inner, {
      claimOpen: async (request) =>
        (await inner.claimOpen(request)).filter(({ refund: { state } }) => state !== 'succeeded'),
    }),
};

/** R07: goodwill is unique by its own id only, which is new each time. */
export const GOODWILL_WITHOUT_KEY: Planted = {
  database: (admin) => admin.query('drop index storno.lot_once_an_incident'),
};

/** R08: where nobody can tell whether a letter went out, it is sent again. */
export const LETTER_AGAIN: Planted = {
  letters: (inner) =>
    changed<LetterBox>(inner, {
      finishSending: (end) =>
        inner.finishSending(end.state === 'unknown' ? { ...end, state: 'due', runAt: end.now } : end),
    }),
};

/** R08: a refund that was begun is told as one that was taken. */
export const TOLD_WHEN_BEGUN: Planted = {
  refunds: (inner) =>
    changed<RefundStore>(inner, {
      async applyRefunds(changes) {
        const answers = await inner.applyRefunds(changes);
        const begun = changes.filter(({ attempt }, at) => attempt?.state === 'sent' && answers[at] === 'applied');
        await inner.applyRefunds(
          begun
            .filter(({ begins }) => begins)
            .map((change) => ({
              ...change,
              version: change.version + 1,
              begins: false,
              state: 'pending',
              acceptedAt: change.attempt?.sentAt ?? null,
              counters: NO_COUNTERS,
            })),
        );
        return answers;
      },
    }),
};

/** R09: the sum of the charge is booked where a part of it was refunded. */
export const WHOLE_CHARGE_BOOKED: Planted = readingAs((charge) => ({
  ...charge,
  refunds: charge.refunds.map((refund) => ({ ...refund, amount: charge.captured })),
}));

/** R10: only refunds that bear our reference count as given back. */
export const OTHERS_NOT_COUNTED: Planted = readingAs((charge) =>
  withRefunds(
    charge,
    charge.refunds.filter(({ metadata }) => metadata.liability_id !== undefined),
  ),
);

/** R11: the refund goes to the rental, that is to its first charge. */
export const REFUND_OF_THE_RENTAL: Planted = {
  refunds: (inner) =>
    changed<RefundStore>(inner, {
      claimDue: async (request) =>
        (await inner.claimDue(request)).map((found) => ({
          ...found,
          refund: { ...found.refund, paymentId: found.liability.keptPaymentId ?? found.refund.paymentId },
        })),
    }),
};

/** R12: refunds of equal sums count as one. */
export const EQUAL_IS_SAME: Planted = readingAs((charge) => {
  const sums = new Set<bigint>();
  return withRefunds(
    charge,
    charge.refunds.filter(({ amount }) => {
      const isNew = !sums.has(amount.amountMinor);
      sums.add(amount.amountMinor);
      return isNew;
    }),
  );
});
