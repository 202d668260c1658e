import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Gauges } from '../flow/ports/office.ts';
import { StoreUnavailable } from '../flow/ports/store.ts';

export interface Metrics {
  countRequest(request: { readonly operation: string; readonly status: number; readonly ms: number }): void;
  countOutcome(outcome: { readonly provider: string; readonly outcome: string }): void;
  timeCall(call: { readonly provider: string; readonly method: string; readonly ms: number }): void;
  countAlarm(kind: string): void;
  countDelivery(result: string): void;
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

/** From a local answer to the deadline of a call to a provider, in seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * The figures of this process, and of the database as it stands when somebody asks: queue depth and the age of what is
 * unknown are the same whoever is asked, however many workers run.
 */
export function openMetrics(readGauges: () => Promise<Gauges>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'storno_request_seconds',
    help: 'Requests to the API, from first to last byte',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const calls = new Histogram({
    name: 'storno_provider_call_seconds',
    help: 'Calls to a provider',
    labelNames: ['provider', 'method'],
    buckets: SECONDS,
    registers,
  });
  const outcomes = new Counter({
    name: 'storno_charge_outcomes_total',
    help: 'What was seen of attempts to charge, by this process',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const alarms = new Counter({
    name: 'storno_alarms_total',
    help: 'Alarms raised by this process',
    labelNames: ['kind'],
    registers,
  });
  const deliveries = new Counter({
    name: 'storno_webhook_deliveries_total',
    help: 'Messages sent by this process',
    labelNames: ['result'],
    registers,
  });
  const setGauges = openGauges(registers, readGauges);
  return {
    countRequest: ({ operation, status, ms }) => requests.observe({ operation, status }, ms / 1000),
    countOutcome: (labels) => outcomes.inc(labels),
    timeCall: ({ provider, method, ms }) => calls.observe({ provider, method }, ms / 1000),
    countAlarm: (kind) => alarms.inc({ kind }),
    countDelivery: (result) => deliveries.inc({ result }),
    async render() {
      await setGauges();
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

const GAUGES: Readonly<Record<keyof Gauges, readonly [name: string, help: string, scale: number]>> = {
  due: ['storno_charges_due', 'Charges that a worker may take now', 1],
  dueAgeMs: ['storno_charges_due_age_seconds', 'How long the first of them has waited', 1 / 1000],
  inFlight: ['storno_charges_unknown', 'Charges with an attempt of unknown outcome', 1],
  inFlightAgeMs: ['storno_charges_unknown_age_seconds', 'Age of the oldest such attempt', 1 / 1000],
  parked: ['storno_charges_parked', 'Charges at which a person must look', 1],
  inboxWaiting: ['storno_inbox_waiting', 'Events of providers not worked off', 1],
  deliveriesDue: ['storno_webhook_deliveries_due', 'Messages not yet taken', 1],
  alarmsOpen: ['storno_alarms_open', 'Alarms that nobody has settled', 1],
  charging: ['storno_charging', '1 while money may be taken, 0 while it is stopped', 1],
};

/** Where the database does not answer the gauges are gone, not old: `storno_database_up` says why. */
function openGauges(registers: Registry[], read: () => Promise<Gauges>): () => Promise<void> {
  const up = new Gauge({ name: 'storno_database_up', help: '1 if the database answered', registers });
  const gauges = Object.entries(GAUGES).map(
    ([field, [name, help, scale]]) =>
      [field as keyof Gauges, new Gauge({ name, help, labelNames: [], registers }), scale] as const,
  );
  return async () => {
    const values = await read().catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return null;
      throw error;
    });
    up.set(values === null ? 0 : 1);
    for (const [field, gauge, scale] of gauges) {
      if (values === null) gauge.remove();
      else gauge.set(values[field] * scale);
    }
  };
}
