import type { Instant } from '../../core/kernel/time.ts';

/** The time, as an instant and as a steady count that no clock change moves. */
export interface Clock {
  now(): Instant;
  /** Milliseconds from an unnamed origin, never going back. */
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
}

/** Chance. Every use says why, so that a replay notices where it takes another way. */
export interface Entropy {
  /** A new id with a prefix (`lot_…`), sorting by time. */
  id(prefix: string, reason: string): string;
  /** At least 0 and below `below`. */
  int(below: number, reason: string): number;
}

/** SHA-256 in hexadecimal: a pure function that core, compiled against the bare library, does not have. */
export type Digest = (text: string) => string;

/** Local calendars: what the day is in a zone, and when it ends. IANA zones; unknown ones answer null. */
export interface Calendar {
  /** `YYYY-MM-DD` of the instant in the zone. */
  localDay(instant: Instant, zone: string): string | null;
  /** `HH:MM` of the instant on the clocks of the zone, 24 hours. */
  localTime(instant: Instant, zone: string): string | null;
  /** The instant at which the local day ends and the next begins (23 or 25 hours later at a change of clocks). */
  endOfDay(day: string, zone: string): Instant | null;
}

/** Says aloud that something is wrong: log line, metric, outbox event, mail. */
export interface AlarmBell {
  raise(alarm: Alarm): Promise<void>;
}

export interface Alarm {
  readonly kind:
    | 'double_charge'
    | 'wrong_charge'
    | 'surplus_capture'
    | 'charge_parked'
    | 'payment_unexplained'
    | 'charging_stopped'
    | 'campaign_halted'
    | 'database_older_than_provider'
    | 'books_unbalanced';
  /** One sentence: what, which ids, what to do. No personal data. */
  readonly message: string;
  readonly subject: string;
  readonly at: Instant;
}

/** Structured lines for whoever runs this. Fields are ids, counts, durations; never personal data. */
export interface Log {
  info(message: string, fields: LogFields): void;
  warn(message: string, fields: LogFields): void;
  error(message: string, fields: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;
