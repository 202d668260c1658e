import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { money } from '../kernel/money.ts';
import { DAY_MS } from '../kernel/time.ts';
import { type Candidate, leftOfOwed, type OwedState, type PlanCustomer } from './candidate.ts';
import { EXCLUSIONS, type ExclusionReason } from './plan/barrier.ts';
import { basisText, planText } from './plan/plan-text.ts';
import { buildPlan, type Planning } from './plan.ts';
import { DEFAULT_2014 } from './remedy-policy.ts';

const AT = Date.UTC(2014, 10, 18);
const HEAD = { incidentId: 'inc_1', policyVersion: 1 };

function owed(amountMinor: bigint, counters: Partial<OwedState> = {}): OwedState {
  return {
    liabilityId: 'lia_1',
    owed: money(amountMinor, 'EUR'),
    reservedMinor: 0n,
    refundedMinor: 0n,
    transferredMinor: 0n,
    creditedMinor: 0n,
    elsewhereMinor: 0n,
    unpayableMinor: 0n,
    ...counters,
  };
}

function candidate(parts: Partial<Candidate> = {}): Candidate {
  return {
    accountId: 'acc_1',
    findingId: 'fnd_pay_2',
    class: 'double_charge',
    grade: 'proven',
    rentalId: 'rnt_1',
    provider: 'stripe',
    merchantAccount: 'acct_1',
    paymentId: 'pay_2',
    keptPaymentId: 'pay_1',
    refundDue: money(1450n, 'EUR'),
    chargedAt: AT - 2 * DAY_MS,
    review: null,
    principal: owed(1450n),
    interest: null,
    owedBy: null,
    isDisputed: false,
    isKeptGone: false,
    failedChannels: [],
    ...parts,
  };
}

function customer(parts: Partial<PlanCustomer> = {}): PlanCustomer {
  return {
    accountId: 'acc_1',
    homeMarket: 'milano',
    hasMethod: true,
    hasBankAccount: false,
    isServed: false,
    ...parts,
  };
}

function plan(parts: Partial<Planning> = {}) {
  const planning = { candidates: [candidate()], customers: [customer()], policy: DEFAULT_2014, wrongSince: AT, at: AT };
  return buildPlan({ ...planning, ...parts });
}

it('gives back what is left of the liability, 30 minutes at home, and a letter', () => {
  assert.deepEqual(plan({ candidates: [candidate({ principal: owed(1450n, { elsewhereMinor: 450n }) })] }), {
    accounts: [
      {
        accountId: 'acc_1',
        market: 'milano',
        minutes: 30,
        goodwillMinor: 0n,
        currency: 'EUR',
        validDays: 90,
        letter: 'refund',
      },
    ],
    refunds: [
      { accountId: 'acc_1', liabilityId: 'lia_1', channel: 'original_payment', amountMinor: 1000n, currency: 'EUR' },
    ],
    exclusions: [],
    sums: { EUR: 1000n },
    minutes: { milano: 30 },
  });
});

describe('leaves out, with its reason,', () => {
  const nothing = money(0n, 'EUR');
  const rows: readonly (readonly [ExclusionReason, Partial<Candidate>, string])[] = [
    ['phantom', { class: 'phantom', refundDue: nothing, principal: null }, 'none'],
    ['phantom', { class: 'missing_twin', refundDue: nothing, principal: null }, 'none'],
    ['acquirer', { class: 'acquirer_duplicate', refundDue: nothing, principal: null }, 'acquirer'],
    ['not_due', { refundDue: nothing, principal: null }, 'none'],
    ['rejected', { review: 'rejected' }, 'none'],
    ['possible', { grade: 'possible', principal: null }, 'none'],
    ['not_reviewed', { grade: 'probable', principal: null }, 'none'],
    ['owed_by_another', { owedBy: 'inc_0', principal: null }, 'none'],
    ['kept_gone', { isKeptGone: true }, 'none'],
    ['disputed', { isDisputed: true }, 'minutes'],
    ['given_back', { principal: owed(1450n, { elsewhereMinor: 1450n }) }, 'minutes'],
    ['settled', { principal: owed(1450n, { refundedMinor: 1450n }) }, 'none'],
    ['settled', { principal: owed(1450n, { reservedMinor: 1000n, unpayableMinor: 450n }) }, 'none'],
    ['over_item_cap', { principal: owed(500_01n), refundDue: money(500_01n, 'EUR') }, 'none'],
    ['no_bank_details', { chargedAt: AT - 396 * DAY_MS }, 'none'],
  ];
  for (const [reason, parts, letter] of rows) {
    it(`${reason}: ${JSON.stringify(parts, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`, () => {
      const { refunds, exclusions, accounts } = plan({ candidates: [candidate(parts)] });
      assert.deepEqual(refunds, []);
      const detail = parts.owedBy === undefined ? '' : ` ${parts.owedBy}`;
      assert.deepEqual(
        exclusions.map((row) => row.reason),
        [EXCLUSIONS[reason] + detail],
      );
      assert.equal(accounts[0]?.letter ?? 'none', letter);
    });
  }

  it('nobody and unknown_customer: there is no account to write to', () => {
    const reasons = plan({
      candidates: [candidate({ accountId: '' }), candidate({ accountId: 'acc_2' })],
      customers: [],
    }).exclusions.map(({ reason }) => reason);
    assert.deepEqual(reasons, [EXCLUSIONS.nobody, EXCLUSIONS.unknown_customer]);
  });

  it('no_cap: a currency that the policy does not know', () => {
    const principal = { ...owed(100n), owed: money(100n, 'JPY') };
    const { exclusions } = plan({ candidates: [candidate({ principal, refundDue: money(100n, 'JPY') })] });
    assert.deepEqual(
      exclusions.map(({ reason }) => reason),
      [EXCLUSIONS.no_cap],
    );
  });

  it('low_value: only who cannot simply be credited', () => {
    const policy = { ...DEFAULT_2014, lowValue: { EUR: 1500n } };
    const old = candidate({ chargedAt: AT - 396 * DAY_MS });
    const gone = customer({ hasMethod: false, hasBankAccount: true });
    const reasonOf = (who: PlanCustomer) => plan({ policy, candidates: [old], customers: [who] }).exclusions[0]?.reason;
    assert.equal(reasonOf(gone), EXCLUSIONS.low_value);
    assert.equal(reasonOf({ ...gone, hasMethod: true }), undefined);
  });

  it('kept_gone, both of two findings that would keep the charge of each other', () => {
    const one = candidate({ findingId: 'fnd_1', paymentId: 'pay_1', keptPaymentId: 'pay_2' });
    const other = candidate({ findingId: 'fnd_2', paymentId: 'pay_2', keptPaymentId: 'pay_1' });
    assert.deepEqual(plan({ candidates: [one, other] }).refunds, []);
  });
});

it('pays what a person accepted, whatever its grade', () => {
  for (const grade of ['probable', 'possible'] as const) {
    assert.equal(plan({ candidates: [candidate({ grade, review: 'accepted' })] }).refunds.length, 1);
  }
});

it('gives minutes and letters once: whoever was served gets what is left of the money alone', () => {
  const [account] = plan({ customers: [customer({ isServed: true })] }).accounts;
  assert.deepEqual([account?.minutes, account?.letter], [0, 'refund']);
  const acquirer = candidate({ class: 'acquirer_duplicate', refundDue: money(0n, 'EUR'), principal: null });
  assert.deepEqual(plan({ candidates: [acquirer], customers: [customer({ isServed: true })] }).accounts, []);
});

it('gives more with delay: the last rung that is reached', () => {
  const goodwill = {
    ...DEFAULT_2014.goodwill,
    ladder: [
      { afterDays: 30, minutes: 60 },
      { afterDays: 60, minutes: 90 },
    ],
  };
  const minutesAfter = (days: number) =>
    plan({ policy: { ...DEFAULT_2014, goodwill }, wrongSince: AT - days * DAY_MS }).accounts[0]?.minutes;
  assert.deepEqual([0, 29, 30, 59, 60, 400].map(minutesAfter), [30, 30, 60, 60, 90, 90]);
});

const SEED = process.env.STORNO_SEED === undefined ? {} : { seed: Number(process.env.STORNO_SEED) };

/** Few payments, so that legs and kept legs meet often. */
const anyCandidates = fc
  .array(
    fc.record({
      account: fc.integer({ min: 1, max: 3 }),
      wrong: fc.integer({ min: 1, max: 6 }),
      kept: fc.option(fc.integer({ min: 1, max: 6 })),
      due: fc.bigInt({ min: 1n, max: 60_000n }),
      gone: fc.array(fc.bigInt({ min: 0n, max: 100n }), { minLength: 6, maxLength: 6 }),
      grade: fc.constantFrom('proven' as const, 'probable' as const, 'possible' as const),
      review: fc.constantFrom(null, 'accepted' as const, 'rejected' as const),
      disputed: fc.boolean(),
      keptGone: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((rows) => {
    const seen = new Map(rows.map((row) => [`${row.account}:${row.wrong}`, row]));
    return [...seen.values()].map(({ account, wrong, kept, due, gone, grade, review, disputed, keptGone }) => {
      const [reserved = 0n, refunded = 0n, transferred = 0n, credited = 0n, elsewhere = 0n, unpayable = 0n] = gone.map(
        (share) => (due * share) / 600n,
      );
      return candidate({
        accountId: `acc_${account}`,
        findingId: `fnd_${wrong}`,
        paymentId: `pay_${account}_${wrong}`,
        keptPaymentId: kept === null ? null : `pay_${account}_${kept}`,
        grade,
        review,
        isDisputed: disputed,
        isKeptGone: keptGone,
        refundDue: money(due, 'EUR'),
        principal: owed(due, {
          liabilityId: `lia_${account}_${wrong}`,
          reservedMinor: reserved,
          refundedMinor: refunded,
          transferredMinor: transferred,
          creditedMinor: credited,
          elsewhereMinor: elsewhere,
          unpayableMinor: unpayable,
        }),
      });
    });
  });

const CUSTOMERS = [1, 2, 3].map((number) => customer({ accountId: `acc_${number}` }));

describe('a plan of anything', () => {
  it('never gives more than what is left, never both legs, and every finding is paid or left out once', () => {
    fc.assert(
      fc.property(anyCandidates, (candidates) => {
        const { refunds, exclusions } = plan({ candidates, customers: CUSTOMERS });
        const byLiability = new Map(candidates.map((one) => [one.principal?.liabilityId, one]));
        const paid = refunds.map(({ liabilityId }) => byLiability.get(liabilityId));
        for (const [at, refund] of refunds.entries()) {
          const principal = paid[at]?.principal;
          assert.ok(principal && refund.amountMinor > 0n && refund.amountMinor <= leftOfOwed(principal));
          assert.ok(refund.amountMinor <= (paid[at]?.refundDue.amountMinor ?? 0n));
        }
        const given = new Set(paid.map((one) => one?.paymentId));
        assert.ok(paid.every((one) => one?.keptPaymentId == null || !given.has(one.keptPaymentId)));
        assert.equal(refunds.length + exclusions.length, candidates.length);
        assert.equal(new Set(refunds.map(({ liabilityId }) => liabilityId)).size, refunds.length);
      }),
      SEED,
    );
  });

  it('does not depend on the order of its input', () => {
    const shuffled = anyCandidates.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const texts = [one, other].map((candidates) => {
          const made = plan({ candidates, customers: CUSTOMERS });
          return [planText(HEAD, made), basisText(HEAD, { candidates, customers: CUSTOMERS })];
        });
        assert.deepEqual(texts[0], texts[1]);
      }),
      SEED,
    );
  });

  it('has another text for any other row', () => {
    fc.assert(
      fc.property(anyCandidates, fc.nat(), fc.nat(), (candidates, which, how) => {
        const made = plan({ candidates, customers: CUSTOMERS });
        fc.pre(made.refunds.length > 0);
        const at = which % made.refunds.length;
        const change = [
          { amountMinor: 1_000_000n },
          { channel: 'account_credit' as const },
          { liabilityId: 'lia_other' },
          { currency: 'USD' },
          { accountId: 'acc_9' },
        ][how % 5];
        const refunds = made.refunds.map((row, index) => (index === at ? { ...row, ...change } : row));
        const text = planText(HEAD, made);
        assert.notEqual(planText(HEAD, { ...made, refunds }), text);
        assert.notEqual(planText(HEAD, { ...made, refunds: made.refunds.toSpliced(at, 1) }), text);
        const accounts = made.accounts.map((row) => ({ ...row, minutes: row.minutes + 1 }));
        assert.notEqual(planText(HEAD, { ...made, accounts }), text);
        assert.notEqual(planText({ ...HEAD, incidentId: 'inc_2' }, made), text);
      }),
      SEED,
    );
  });

  it('rests on every counter of a liability', () => {
    const before = basisText(HEAD, { candidates: [candidate()], customers: [] });
    const counters = ['reserved', 'refunded', 'transferred', 'credited', 'elsewhere', 'unpayable'] as const;
    for (const counter of counters) {
      const principal = owed(1450n, { [`${counter}Minor`]: 1n });
      assert.notEqual(basisText(HEAD, { candidates: [candidate({ principal })], customers: [] }), before, counter);
    }
  });
});
