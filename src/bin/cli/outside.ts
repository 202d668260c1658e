import { SECOND_MS } from '../../core/kernel/time.ts';
import type { LiveWorld, Merchant } from '../../flow/live/world.ts';
import type { Gauges } from '../../flow/ports/office.ts';
import type { Provider, ProviderWebhook } from '../../flow/ports/provider.ts';
import type { LiveStore } from '../../flow/ports/store.ts';
import type { Log } from '../../flow/ports/world.ts';
import { openAlarmBell } from '../../world/alarm.ts';
import { ianaCalendar } from '../../world/calendar.ts';
import { systemClock } from '../../world/clock.ts';
import { sha256 } from '../../world/digest.ts';
import { systemEntropy } from '../../world/entropy.ts';
import { openLog } from '../../world/log.ts';
import { openMail, type SendMail } from '../../world/mail.ts';
import { type Metrics, openMetrics } from '../../world/metrics.ts';
import { StripeSdk } from '../../world/provider/stripe/sdk.ts';
import { StripeWebhook } from '../../world/provider/stripe/webhook.ts';
import { StripeProvider } from '../../world/provider/stripe.ts';
import { policyFor } from './policy.ts';
import type { Settings, StripeSettings } from './settings.ts';

/** What API and worker of one process share: who hears of things, and who moves the money. */
export interface Outside {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly mail: SendMail | null;
  readonly providers: readonly Provider[];
  readonly merchants: readonly Merchant[];
  readonly stripeWebhook: ProviderWebhook | null;
  close(): void;
}

const STRIPE_URL = 'https://api.stripe.com';

/** What Stripe's own client waits; what takes longer is unknown and looked up. */
const PROVIDER_MS_MAX = 80 * SECOND_MS;

/** Above any sensible `--concurrency`, so that sockets are not what it waits for. */
const SOCKETS_MAX = 256;

/** The log goes to stderr, a line at a time. */
export function openOutside(settings: Settings, readGauges: () => Promise<Gauges>): Outside {
  const stripe = settings.stripe === null ? null : openStripe(settings.stripe);
  return {
    log: openLog({ write: (line) => void process.stderr.write(line) }),
    metrics: openMetrics(readGauges),
    mail: settings.mail === null ? null : openMail(settings.mail),
    providers: stripe === null ? [] : [stripe.provider],
    merchants:
      settings.stripe === null ? [] : [{ provider: 'stripe', merchantAccount: settings.stripe.merchantAccount }],
    stripeWebhook: stripe?.webhook ?? null,
    close: () => stripe?.close(),
  };
}

function openStripe({ apiKey, merchantAccount, url, webhookSecrets }: StripeSettings) {
  const sdk = new StripeSdk(
    {
      baseUrl: url ?? STRIPE_URL,
      accounts: { [merchantAccount]: { secretKey: apiKey, connectedAccount: null } },
      timeoutMs: PROVIDER_MS_MAX,
      socketsMax: SOCKETS_MAX,
    },
    systemClock,
  );
  return {
    provider: new StripeProvider({ calls: sdk, clock: systemClock }),
    // Events about the key's own account name none.
    webhook:
      webhookSecrets.length === 0
        ? null
        : new StripeWebhook({
            secrets: webhookSecrets,
            accounts: { '': merchantAccount, [merchantAccount]: merchantAccount },
          }),
    close: () => sdk.close(),
  };
}

/** The world of the flows: as the API or as a worker, by the role of its store. */
export function openWorld(
  outside: Outside,
  parts: {
    readonly store: LiveStore;
    readonly refunds: LiveWorld['refunds'];
    readonly settings: Settings;
    readonly callsMax: number;
  },
): LiveWorld {
  const { store, refunds, settings, callsMax } = parts;
  const { log, metrics, mail, merchants } = outside;
  return {
    store,
    refunds,
    providers: outside.providers.map((provider) => watched(provider, metrics)),
    clock: systemClock,
    entropy: systemEntropy,
    calendar: ianaCalendar,
    digest: sha256,
    bell: openAlarmBell({ store, log, mail, countAlarm: metrics.countAlarm }),
    log,
    settings: {
      ...policyFor(settings),
      statementText: settings.statementText,
      merchants,
      provider: 'stripe',
      callsMax,
    },
  };
}

/** The provider, with each call timed and each outcome counted. */
function watched(provider: Provider, metrics: Metrics): Provider {
  const timed = async <T>(method: string, call: Promise<T>): Promise<T> => {
    const begunMs = systemClock.monotonicMs();
    const answer = await call;
    metrics.timeCall({ provider: provider.name, method, ms: systemClock.monotonicMs() - begunMs });
    return answer;
  };
  return {
    name: provider.name,
    charge: async (request) => {
      const observation = await timed('charge', provider.charge(request));
      metrics.countOutcome({ provider: provider.name, outcome: observation.outcome });
      return observation;
    },
    refund: (request) => timed('refund', provider.refund(request)),
    lookUp: async (request) => {
      const observation = await timed('look_up', provider.lookUp(request));
      metrics.countOutcome({ provider: provider.name, outcome: observation.outcome });
      return observation;
    },
    fetch: (request) => timed('fetch', provider.fetch(request)),
    readCharge: (request) => timed('read_charge', provider.readCharge(request)),
    listPayments: (request) => timed('list_payments', provider.listPayments(request)),
    listLedger: (request) => timed('list_ledger', provider.listLedger(request)),
  };
}
