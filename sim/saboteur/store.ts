import type { ChargeCase, ChargeChange, ObligationKey } from '../../src/core/live/charge.ts';
import type { LiveStore } from '../../src/flow/ports/store.ts';
import { changed, type Saboteur } from './plant.ts';

type Applied = 'applied' | 'stale';

/** The store with every change of an intent going through `apply`, one by one. */
function withApply(inner: LiveStore, apply: (change: ChargeChange) => Promise<Applied>): LiveStore {
  return changed<LiveStore>(inner, {
    apply,
    async applyAll(changes) {
      const answers: Applied[] = [];
      for (const change of changes) answers.push(await apply(change));
      return answers;
    },
  });
}

const rewriting = (inner: LiveStore, rewrite: (change: ChargeChange) => ChargeChange): LiveStore =>
  withApply(inner, (change) => inner.apply(rewrite(change)));

const nameOf = (key: ObligationKey): string => `${key.rentalId}:${key.purpose}:${key.occurrence}`;

const isOf = (change: ChargeChange, ...outcomes: readonly string[]): boolean =>
  change.evidence !== null && outcomes.includes(change.evidence.observation.outcome);

/** Bugs between the flow and the store, in what happens to an intent. */
export const STORE_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'intent-after-the-call',
    rule: 'M1',
    what: 'the attempt is written down together with its outcome, after the call',
    plant: { store: writingAttemptsLate },
  },
  {
    name: 'version-not-checked',
    rule: 'fault 6',
    what: 'whoever comes late writes over what was decided since',
    plant: { store: (inner) => withApply(inner, (change) => applyAnyway(inner, change)) },
  },
  {
    name: 'lease-without-fence',
    rule: 'fault 6',
    what: 'claims hold no lease, and late writers are let in',
    plant: {
      store: (inner) =>
        changed<LiveStore>(
          withApply(inner, (change) => applyAnyway(inner, change)),
          { claim: (request) => inner.claim({ ...request, leaseUntil: request.now }) },
        ),
    },
  },
  {
    name: 'surplus-ignored',
    rule: 'INV-2',
    what: 'a second capture of an obligation is seen and not written down',
    plant: {
      store: (inner) =>
        rewriting(inner, (change) =>
          change.capture?.isSurplus === true ? { ...change, capture: null, transfers: [], events: [] } : change,
        ),
    },
  },
  {
    name: 'surplus-counts-as-right',
    rule: 'INV-1',
    what: 'the unique index on the right capture is gone and the second one counts as right',
    plant: {
      store: (inner) =>
        rewriting(inner, (change) =>
          change.capture?.isSurplus === true
            ? {
                ...change,
                capture: { ...change.capture, isSurplus: false },
                transfers: change.transfers.map((one) => ({ ...one, credit: 'account_receivable' })),
              }
            : change,
        ),
    },
  },
  {
    name: 'capture-not-booked',
    rule: 'INV-2',
    what: 'a payment found by look-up ends the intent but never reaches the books',
    plant: {
      store: (inner) =>
        rewriting(inner, (change) =>
          change.evidence?.observation.source !== 'answer' && isOf(change, 'succeeded')
            ? { ...change, transfers: [] }
            : change,
        ),
    },
  },
  {
    name: 'dunning-never-ends',
    rule: 'INV-3',
    what: 'declines are not counted, so that the last one never comes',
    plant: {
      store: (inner) => rewriting(inner, (change) => (change.state === 'due' ? { ...change, declines: 0 } : change)),
    },
  },
  {
    name: 'one-decline-and-out',
    rule: 'INV-3',
    what: 'the first decline ends an intent without a write-off',
    plant: {
      store: (inner) =>
        rewriting(inner, (change) =>
          change.state === 'due' && isOf(change, 'failed_final')
            ? { ...change, state: 'uncollected', runAt: null }
            : change,
        ),
    },
  },
  {
    name: 'unknown-is-parked',
    rule: 'F4',
    what: 'an unknown outcome waits for a person at once',
    plant: {
      store: (inner) =>
        rewriting(inner, (change) => (isOf(change, 'unknown') ? { ...change, state: 'parked', runAt: null } : change)),
    },
  },
  {
    name: 'unknown-is-forgotten',
    rule: 'M1',
    what: 'after an unknown outcome the attempt counts as failed and the next one starts at once',
    plant: {
      store: (inner) =>
        rewriting(inner, (change) =>
          isOf(change, 'unknown') && change.state === 'in_flight' && change.runAt !== null
            ? {
                ...change,
                state: 'due',
                attempt: change.attempt === null ? null : { ...change.attempt, state: 'failed_final' },
              }
            : change,
        ),
    },
  },
  {
    name: 'voided-while-in-flight',
    rule: 'fault 24',
    what: 'an intent whose attempt is under way is voided like one that is only due, and forgotten',
    plant: {
      store: (inner) =>
        changed<LiveStore>(inner, {
          readIntents: async (rentalId) =>
            (await inner.readIntents(rentalId)).map((intent) =>
              intent.state === 'in_flight' ? { ...intent, state: 'due' } : intent,
            ),
          readCase: async (key) => {
            const found = await inner.readCase(key);
            return found?.intent.state === 'voided' ? null : found;
          },
        }),
    },
  },
  {
    name: 'acknowledged-before-commit',
    rule: 'fault 8',
    what: 'an event is acknowledged and then kept in memory first',
    plant: {
      store(inner) {
        const held: (() => Promise<unknown>)[] = [];
        return changed<LiveStore>(inner, {
          async receiveEvent(event, body, now) {
            held.push(() => inner.receiveEvent(event, body, now));
            // The one before is written when the next one comes; a process that dies has lost what it held.
            if (held.length > 1) await held.shift()?.();
            return 'stored';
          },
        });
      },
    },
  },
  {
    name: 'event-done-unread',
    rule: 'fault 8',
    what: 'events that cannot be matched yet are done with, not parked',
    plant: {
      store: (inner) =>
        changed<LiveStore>(inner, {
          finishEvent: (finish) => inner.finishEvent({ ...finish, state: 'done', retryAt: null }),
          recordPayments: async () => {},
          recordMovement: async () => 'exists',
        }),
    },
  },
];

async function applyAnyway(inner: LiveStore, change: ChargeChange): Promise<Applied> {
  const answer = await inner.apply(change);
  if (answer === 'applied') return answer;
  const found = await inner.readCase(change.key);
  return found === null ? answer : inner.apply({ ...change, version: found.intent.version });
}

/** Keeps a new attempt in the process's memory until something is known about it. */
function writingAttemptsLate(inner: LiveStore): LiveStore {
  const held = new Map<string, ChargeChange>();
  const apply = async (change: ChargeChange): Promise<Applied> => {
    const name = nameOf(change.key);
    const before = held.get(name);
    if (before === undefined && change.attempt?.state === 'sent' && change.evidence === null) {
      held.set(name, change);
      return 'applied';
    }
    if (before === undefined) return inner.apply(change);
    held.delete(name);
    const first = await inner.apply(before);
    return first === 'stale' ? first : inner.apply(change);
  };
  return changed<LiveStore>(withApply(inner, apply), {
    async readCase(key) {
      const found = await inner.readCase(key);
      const before = held.get(nameOf(key));
      return found === null || before === undefined ? found : withHeld(found, before);
    },
  });
}

function withHeld(found: ChargeCase, held: ChargeChange): ChargeCase {
  return {
    ...found,
    intent: { ...found.intent, state: held.state, runAt: held.runAt, version: found.intent.version + 1 },
    attempts: held.attempt === null ? found.attempts : [...found.attempts, held.attempt],
  };
}
