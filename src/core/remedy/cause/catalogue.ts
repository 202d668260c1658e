import type { CauseId } from './diagnosis.ts';

/** What is known of a cause without looking at any data. The same catalogue, told for people: `docs/causes.md`. */
export interface Entry {
  readonly id: CauseId;
  readonly name: string;
  readonly prevention: string;
}

export const CATALOGUE: readonly Entry[] = [
  {
    id: 'C01',
    name: 'Double submit: tapped, refreshed or entered twice',
    prevention:
      'Make the payment intent when the screen opens, not on the click; the second click then finds the first.',
  },
  {
    id: 'C02',
    name: 'Timeout, then a retry with a new key',
    prevention:
      'Store one key per intent before the call; treat a timeout as unknown and ask the provider before trying again.',
  },
  {
    id: 'C03',
    name: 'Idempotency key expired before the retry',
    prevention: 'Keep keys for ever on our side; never retry with a key older than the provider keeps it.',
  },
  {
    id: 'C04',
    name: 'Idempotency key unstable or missing',
    prevention:
      'Require a key derived from rental and purpose, equal on every attempt, and enforce it with a unique index that has no exceptions.',
  },
  {
    id: 'C05',
    name: 'Race: two workers check, then both charge',
    prevention:
      'Let a unique constraint decide, not a check; give locks a fencing token and a life longer than the work.',
  },
  {
    id: 'C06',
    name: 'Job ran twice',
    prevention: 'Make one run per job and period unique in the database before it does anything.',
  },
  {
    id: 'C07',
    name: 'Settlement or batch file replayed',
    prevention: 'Keep a register of file hashes and sequence numbers; refuse a known one and raise an alarm for a gap.',
  },
  {
    id: 'C08',
    name: 'Billing period run again',
    prevention:
      'Make the charge unique per rental and purpose for ever, not per run; let a run that finds charged rentals stop.',
  },
  {
    id: 'C09',
    name: 'Queue delivered a message again while it was being worked on',
    prevention: 'Take each message into an inbox table once; extend the lease while the work goes on.',
  },
  {
    id: 'C10',
    name: 'Dead letters, backfill or events replayed',
    prevention: 'Put a gate before every replay: is the effect there already, is the key still valid, who approved it.',
  },
  {
    id: 'C11',
    name: 'Webhook booked twice, or beside the answer of the same call',
    prevention: "Insert by the provider's id with a unique constraint, and lock the row that answer and webhook share.",
  },
  {
    id: 'C12',
    name: 'Charge inside a transaction that rolled back',
    prevention: 'Write and commit the intent before the call; never call a provider inside a transaction.',
  },
  {
    id: 'C13',
    name: 'Lagging replica or fail-over',
    prevention: 'Read and write the state of a charge on the primary only, with commits that survive a fail-over.',
  },
  {
    id: 'C14',
    name: 'Late success after expiry, and the customer paid again',
    prevention: 'Cancel the first payment at the provider, and wait for its word, before offering another.',
  },
  {
    id: 'C15',
    name: 'Several payments open for one rental',
    prevention: 'Allow one active payment per rental; cancel its predecessor when the amount or method changes.',
  },
  {
    id: 'C16',
    name: 'Two customers charged for one drive',
    prevention: 'Bind one identity to a drive when it begins, and refuse overlapping rentals of one vehicle.',
  },
  {
    id: 'C17',
    name: 'Two systems bill the same rentals',
    prevention: 'Fence the cut-over with one date that both systems read, and compare dry runs before it.',
  },
  {
    id: 'C18',
    name: 'Drive recorded twice under two ids',
    prevention:
      'Give each drive a key from its content (vehicle, start, end) besides its id, unique before anything is charged.',
  },
  {
    id: 'C19',
    name: 'Test or early release on production',
    prevention: 'Keep credentials and data of test and production apart; let the live provider refuse a test host.',
  },
  {
    id: 'C20',
    name: 'Time zone, clock change or clock error',
    prevention: 'Keep instants in UTC with the zone beside them; name periods by ids, never by local dates.',
  },
  {
    id: 'C21',
    name: 'End of the drive lost, then charged again with the correction',
    prevention: 'Take the wrong charge back before issuing the right one; stop implausible durations before charging.',
  },
  {
    id: 'C22',
    name: 'Wrong unit, decimal, currency or tax',
    prevention:
      'Hold money as minor units with its currency in one type; check the distribution of amounts before charging.',
  },
  {
    id: 'C23',
    name: 'A person charged again by hand',
    prevention: 'Ask for a second person, show a preview with what was already charged, and leave time to undo.',
  },
  {
    id: 'C24',
    name: 'A bank posted twice',
    prevention: 'Nothing of ours failed: watch the statements, tell customers, and see that the bank takes it back.',
  },
  {
    id: 'C25',
    name: 'The provider charged repeatedly by itself',
    prevention:
      "Import the provider's list of affected payments and compare it with this one; watch every payment that we did not ask for.",
  },
  {
    id: 'C26',
    name: 'Failover to a second provider after a lost answer',
    prevention: 'Ask the first provider for the outcome, or cancel there, before the second one is asked.',
  },
];

const BY_ID: ReadonlyMap<string, Entry> = new Map(CATALOGUE.map((entry) => [entry.id, entry]));

export function entryOf(id: CauseId): Entry {
  const entry = BY_ID.get(id);
  if (entry === undefined) throw new RangeError(`no cause ${id} in the catalogue`);
  return entry;
}
