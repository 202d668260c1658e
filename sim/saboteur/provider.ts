import type { Observation } from '../../src/core/fact/observation.ts';
import type { ChargeRequest, Provider, ProviderPayment } from '../../src/flow/ports/provider.ts';
import { changed, type Saboteur } from './plant.ts';

const asFailure = (seen: Observation): Observation => ({ ...seen, outcome: 'failed_final' });

let keysMade = 0;

/** Bugs between the flow and the provider. */
export const PROVIDER_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'new-key-per-send',
    rule: 'M2',
    what: 'every send makes a new idempotency key',
    plant: {
      provider(inner) {
        return changed<Provider>(inner, {
          charge: (request) => inner.charge({ ...request, idempotencyKey: `${request.idempotencyKey}:${++keysMade}` }),
        });
      },
    },
  },
  {
    name: 'key-of-the-worker',
    rule: 'R2',
    what: 'the idempotency key names the life of the process that sends',
    plant: {
      provider(inner) {
        const life = ++keysMade;
        return changed<Provider>(inner, {
          charge: (request) => inner.charge({ ...request, idempotencyKey: `${request.idempotencyKey}:${life}` }),
        });
      },
    },
  },
  {
    name: 'blind-resend',
    rule: 'M4',
    what: 'after the horizon it is sent again instead of looked up',
    plant: {
      provider(inner) {
        return resendingInsteadOfLooking(inner);
      },
    },
  },
  {
    name: 'age-checked-early',
    rule: 'M5',
    what: 'the horizon is checked when it is decided, not at the socket',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          charge: (request) => inner.charge({ ...request, horizonAt: Number.POSITIVE_INFINITY }),
        }),
    },
  },
  {
    name: 'absent-is-failed',
    rule: 'M6',
    what: 'a look-up that finds nothing counts as a failure',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          lookUp: async (request) => {
            const seen = await inner.lookUp(request);
            return seen.outcome === 'absent' ? asFailure(seen) : seen;
          },
        }),
    },
  },
  {
    name: 'never-looks-up',
    rule: 'M7',
    what: 'nobody asks the provider once the key has expired',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          lookUp: async (request) => {
            const seen = await inner.lookUp(request);
            return { ...seen, outcome: 'unknown', providerRef: null, amount: null };
          },
          fetch: async () => null,
          listPayments: async () => null,
        }),
    },
  },
  {
    name: 'timeout-is-failed',
    rule: 'R1',
    what: 'silence and 5xx count as a failure',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          charge: async (request) => {
            const seen = await inner.charge(request);
            return seen.outcome === 'unknown' ? asFailure(seen) : seen;
          },
        }),
    },
  },
  {
    name: 'pending-is-paid',
    rule: 'INV-14',
    what: 'a payment that the provider still processes counts as taken',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          charge: async (request) => {
            const seen = await inner.charge(request);
            return seen.outcome === 'pending' ? { ...seen, outcome: 'succeeded', amount: request.amount } : seen;
          },
        }),
    },
  },
  {
    name: 'pending-is-failed',
    rule: 'INV-11',
    what: 'a payment that the provider still processes counts as failed',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          charge: async (request) => {
            const seen = await inner.charge(request);
            return seen.outcome === 'pending' ? asFailure(seen) : seen;
          },
        }),
    },
  },
  {
    name: 'event-of-the-order',
    rule: 'R4',
    what: 'what a provider says of an earlier attempt is taken for the newest',
    plant: { begin: () => failures.clear(), provider: mixingAttempts },
  },
  {
    name: 'state-of-the-first-event',
    rule: 'fault 9',
    what: 'a state once heard is never fetched again',
    plant: {
      provider(inner) {
        const heard = new Map<string, ProviderPayment | null>();
        return changed<Provider>(inner, {
          fetch: async (request) => {
            const known = heard.get(request.providerRef);
            if (known !== undefined) return known;
            const fetched = await inner.fetch(request);
            heard.set(request.providerRef, fetched);
            return fetched;
          },
          listPayments: async (request) => {
            const page = await inner.listPayments(request);
            if (page === null) return null;
            const items = page.items.map((item) => {
              const known = heard.get(item.providerRef);
              if (known === undefined || known === null) heard.set(item.providerRef, item);
              return known ?? item;
            });
            return { ...page, items };
          },
        });
      },
    },
  },
  {
    name: 'amount-in-floating-point',
    rule: 'fault 28',
    what: 'the amount goes through major units in a number and is cut',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          charge(request) {
            const major = Number(request.amount.amountMinor) / 100;
            const amountMinor = BigInt(Math.trunc(major * 100));
            return inner.charge({ ...request, amount: { ...request.amount, amountMinor } });
          },
        }),
    },
  },
  {
    name: 'listing-that-failed-is-empty',
    rule: 'fault 10',
    what: 'a listing that could not be had counts as one with nothing in it',
    plant: {
      provider: (inner) =>
        changed<Provider>(inner, {
          listPayments: async (request) => (await inner.listPayments(request)) ?? { items: [], next: null },
          listLedger: async (request) => (await inner.listLedger(request)) ?? { items: [], next: null },
        }),
    },
  },
];

function resendingInsteadOfLooking(inner: Provider): Provider {
  const requests = new Map<string, ChargeRequest>();
  return changed<Provider>(inner, {
    charge(request) {
      requests.set(request.idempotencyKey, request);
      return inner.charge({ ...request, horizonAt: Number.POSITIVE_INFINITY });
    },
    lookUp(request) {
      const sent = requests.get(request.reference);
      return sent === undefined
        ? inner.lookUp(request)
        : inner.charge({ ...sent, horizonAt: Number.POSITIVE_INFINITY });
    },
  });
}

/** Codes of failures by rental, as a table without the attempt would hold them: known to all processes of a run. */
const failures = new Map<string, string | null>();

/** What failed of a rental, by answer or by event, answers the next question about its newest attempt. */
function mixingAttempts(inner: Provider): Provider {
  return changed<Provider>(inner, {
    async charge(request) {
      const seen = await inner.charge(request);
      if (seen.outcome === 'failed_final') failures.set(String(request.metadata.rental_id), seen.declineCode);
      return seen;
    },
    async fetch(request) {
      const payment = await inner.fetch(request);
      if (payment?.kind === 'charge' && payment.status === 'failed') {
        failures.set(String(payment.metadata.rental_id), payment.code);
      }
      return payment;
    },
    async lookUp(request) {
      const seen = await inner.lookUp(request);
      const code = failures.get(request.reference.split(':')[3] ?? '');
      return code === undefined ? seen : { ...asFailure(seen), declineCode: code ?? 'declined' };
    },
  });
}
