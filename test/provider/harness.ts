import type { TestContext } from 'node:test';
import Stripe from 'stripe';
import { money } from '../../src/core/kernel/money.ts';
import { HOUR_MS, type Instant } from '../../src/core/kernel/time.ts';
import type { PaymentMethod } from '../../src/core/live/charge.ts';
import type { ChargeRequest } from '../../src/flow/ports/provider.ts';
import type { Clock } from '../../src/flow/ports/world.ts';
import { HONEST, type ProfilePatch, withPatch } from '../../src/world/provider/sandbox/engine/profile.ts';
import { type ProviderRecord, recordOf } from '../../src/world/provider/sandbox/record.ts';
import { type SandboxServer, startSandbox } from '../../src/world/provider/sandbox/server.ts';
import { StripeSdk } from '../../src/world/provider/stripe/sdk.ts';
import { StripeProvider } from '../../src/world/provider/stripe.ts';

/** Two merchant accounts of one platform key. */
export const MILAN = 'milan';
export const TURIN = 'turin';

export interface Bench {
  readonly server: SandboxServer;
  readonly provider: StripeProvider;
  readonly sdk: StripeSdk;
  readonly clock: Clock;
  /** The official SDK without anything of ours, on the account of Milan. */
  readonly stripe: Stripe;
  record(): ProviderRecord;
  door(path: string, body: object): Promise<Response>;
}

/** A sandbox with this profile, and the adapter over HTTP before it. Both end with the test. */
export async function openBench(t: TestContext, patch: ProfilePatch, more?: { timeoutMs: number }): Promise<Bench> {
  const server = await startSandbox({
    clock: systemClock(),
    host: '127.0.0.1',
    port: 0,
    profile: withPatch(HONEST, patch),
    folder: null,
    seed: 1,
    webhook: null,
  });
  const clock = systemClock();
  const sdk = openSdk(server.url, clock, more?.timeoutMs ?? 5000);
  t.after(async () => {
    sdk.close();
    await server.close();
  });
  const { hostname, port } = new URL(server.url);
  return {
    server,
    sdk,
    clock,
    provider: new StripeProvider({ calls: sdk, clock }),
    stripe: new Stripe('sk_test_bench', {
      host: hostname,
      port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
      stripeAccount: 'acct_milan',
    }),
    record: () => recordOf(server.sandbox.engine),
    door: (path, body) => fetch(`${server.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) }),
  };
}

export function openSdk(baseUrl: string, clock: Clock, timeoutMs: number): StripeSdk {
  return new StripeSdk(
    {
      baseUrl,
      timeoutMs,
      socketsMax: 50,
      accounts: {
        [MILAN]: { secretKey: 'sk_test_platform', connectedAccount: 'acct_milan' },
        [TURIN]: { secretKey: 'sk_test_platform', connectedAccount: 'acct_turin' },
      },
    },
    clock,
  );
}

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

export function card(methodRef: string): PaymentMethod {
  return { provider: 'stripe', merchantAccount: MILAN, customerRef: 'cus_anna', methodRef };
}

/** A charge of EUR 14.50 for one rental, with the metadata that flows send. */
export function chargeOf(rentalId: string, changes: Partial<ChargeRequest>): ChargeRequest {
  return {
    idempotencyKey: `storno:v1:charge:${rentalId}:rental:1:1`,
    amount: money(1450n, 'EUR'),
    paymentMethod: card('pm_card_visa'),
    metadata: { account_id: 'acc_1', rental_id: rentalId, purpose: 'rental', occurrence: '1', generation: '1' },
    statementText: 'Rental 17',
    horizonAt: Date.now() + 12 * HOUR_MS,
    ...changes,
  };
}

/** Looks until the predicate holds; the bound is far beyond what the sandbox needs. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + EVENTUALLY_MS;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`it did not come to hold within ${EVENTUALLY_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const EVENTUALLY_MS = 5000;

/** An hour around now, in which everything of a test was created. */
export function aroundNow(): { readonly from: Instant; readonly to: Instant } {
  return { from: Date.now() - HOUR_MS, to: Date.now() + HOUR_MS };
}

/** A clock that jumps after it was read twice: once to date the request, once to reckon its horizon. */
export function steppingClock(jump: { readonly wallJumpMs: number; readonly steadyJumpMs: number }): Clock & {
  readonly start: number;
} {
  const start = Date.now();
  let reads = 0;
  return {
    start,
    now: () => {
      reads += 1;
      return start + (reads > 1 ? jump.wallJumpMs : 0);
    },
    monotonicMs: () => 1000 + (reads > 1 ? jump.steadyJumpMs : 0),
    sleep: async () => {},
  };
}
