import { pino } from 'pino';
import type { Log, LogFields } from '../flow/ports/world.ts';
import { censor } from './log/censor.ts';

/**
 * Fields that a line may have: ids of ours, counts, durations, names of states. Whatever else is given is left out, so
 * that nobody writes a customer's data by adding a field somewhere. Ids of accounts and rentals are chosen by the
 * operator and checked at the door: they cannot hold an address or a blank.
 */
const FIELDS = [
  'account_id',
  'alarm',
  'at',
  'attempt',
  'charging',
  'code',
  'count',
  'delivery_id',
  'duration_ms',
  'endpoint_id',
  'error',
  'event_id',
  'event_type',
  'generation',
  'host',
  'key_id',
  'lot_id',
  'market',
  'merchant_account',
  'method',
  'mode',
  'occurrence',
  'operation',
  'outcome',
  'pages',
  'pause_ms',
  'pid',
  'port',
  'provider',
  'provider_ref',
  'purpose',
  'reason',
  'rental_id',
  'request_id',
  'result',
  'state',
  'status',
  'subject',
  'version',
  'wait_ms',
  'worker',
] as const;

const ALLOWED: ReadonlySet<string> = new Set(FIELDS);

/** Lines of JSON, one an event, to whatever takes lines: stderr, a file, a test. */
export function openLog(sink: { write(line: string): void }): Log {
  const lines = pino(
    { base: null, messageKey: 'message', timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: nameOfLevel } },
    sink,
  );
  return {
    info: (message, fields) => lines.info(kept(fields), censor(message)),
    warn: (message, fields) => lines.warn(kept(fields), censor(message)),
    error: (message, fields) => lines.error(kept(fields), censor(message)),
  };
}

function nameOfLevel(level: string): { level: string } {
  return { level };
}

/** The fields that may be said, each text censored once more; what was left out is counted, not named. */
function kept(fields: LogFields): Record<string, string | number | boolean | null> {
  const entries = Object.entries(fields);
  const allowed = entries.filter(([name]) => ALLOWED.has(name));
  const said = allowed.map(([name, value]) => [name, typeof value === 'string' ? censor(value) : value] as const);
  const leftOut = entries.length - allowed.length;
  return { ...Object.fromEntries(said), ...(leftOut === 0 ? {} : { fields_left_out: leftOut }) };
}
