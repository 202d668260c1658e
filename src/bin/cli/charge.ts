import type { ObligationKey } from '../../core/live/charge.ts';
import { lookAgain, type Settled, writeOff } from '../../flow/live/look-again.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import type { LiveOptions } from './live.ts';
import { openSide, type Side } from './live-process.ts';
import { withDatabase } from './open-database.ts';
import { openOutside } from './outside.ts';
import { readSettings } from './settings.ts';

const DECISIONS = { 'look-again': lookAgain, 'write-off': writeOff };

export type Decision = keyof typeof DECISIONS;

/** A person decides about a parked charge. That touches attempts: it runs with a worker's rights, not the API's. */
export async function runCharge(
  context: Context,
  decision: Decision,
  chargeId: string,
  options: LiveOptions,
): Promise<number> {
  return withWorker(context, options, async ({ world }) => {
    const key = await findKey(world.store, chargeId);
    const settled: Settled = key === null ? { kind: 'unknown' } : await DECISIONS[decision](world, key);
    if (settled.kind !== 'applied') {
      return refuse(context, options, [{ kind: settled.kind, file: null, message: say(settled.kind, chargeId) }]);
    }
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ charge_id: chargeId, decision })}\n`
        : `${chargeId}: ${decision === 'look-again' ? 'a worker looks at it again.' : 'nobody asks for it any more.'}\n`,
    );
    return EXIT_DONE;
  });
}

function say(kind: Exclude<Settled['kind'], 'applied'>, chargeId: string): string {
  switch (kind) {
    case 'unknown':
      return `There is no charge ${chargeId}: it is written RENTAL:rental:1.`;
    case 'not_parked':
      return `${chargeId} is not parked: only a parked charge waits for a person.`;
    case 'paid':
      return `${chargeId} was paid: look-again takes the payment into the books.`;
    case 'stale':
      return `${chargeId} changed at this moment: look at it, then decide again.`;
  }
}

async function findKey(store: Side['world']['store'], chargeId: string): Promise<ObligationKey | null> {
  const [, rentalId, purpose, occurrence] = /^(.+):(rental|adjustment):([1-9]\d{0,4})$/.exec(chargeId) ?? [];
  if (rentalId === undefined) return null;
  const intents = await store.readIntents(rentalId);
  const found = intents.find(({ key }) => key.purpose === purpose && key.occurrence === Number(occurrence));
  return found?.key ?? null;
}

function withWorker(context: Context, options: LiveOptions, work: (side: Side) => Promise<number>): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  if (problems.length > 0) return Promise.resolve(refuse(context, options, problems));
  return withDatabase(context, { url: null, options }, async (database) => {
    const outside = openOutside(settings, () => side.office.readGauges(side.world.clock.now()));
    const side = openSide(database, 'storno_worker', { outside, settings, callsMax: 1 });
    try {
      return await work(side);
    } finally {
      outside.close();
    }
  });
}
