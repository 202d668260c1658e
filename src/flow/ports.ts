import type { FactKind } from '../core/fact/fact.ts';
import type { Coverage, Facts, Layers } from '../core/fact/facts.ts';
import type { Result } from '../core/kernel/result.ts';
import type { Finding } from '../core/remedy/finding.ts';
import type { ImportCounts, RejectedRow } from '../core/remedy/import.ts';
import type { Stratum } from '../core/remedy/outside.ts';
import type { Population } from '../core/remedy/population.ts';

/** Where the facts lie. `files` holds paths and globs as the user wrote them; no entry, no layer. */
export interface Sources {
  readonly files: Readonly<Partial<Record<FactKind, readonly string[]>>>;
  /** The text of `--map`, already read, and its path for messages; null where none was given. */
  readonly map: { readonly path: string; readonly text: string } | null;
  /** IANA zone for times that carry none; null refuses such times. */
  readonly timeZone: string | null;
}

/** Why a file (or the map) cannot be used at all. Nothing has been done when these are returned. */
export interface Refusal {
  readonly file: string;
  readonly kind:
    | 'missing'
    | 'directory'
    | 'empty'
    | 'binary'
    | 'unreadable'
    | 'column_missing'
    | 'zone_missing'
    | 'map_invalid'
    | 'fact_missing'
    | 'unknown_zone';
  /** What, where and what to do: complete sentences, ready to print. */
  readonly message: string;
}

/** What the first reading of all rows gave. */
export interface Imported {
  readonly counts: ImportCounts;
  readonly layers: Layers;
  readonly coverage: Coverage;
  /** How each file was understood ("payments.csv: Stripe balance report", "amounts read from binary fractions"). */
  readonly notes: readonly string[];
}

/** How far the work is, for whoever watches. */
export interface Progress {
  /** Begins a phase; `total` is what is to come, null if unknown, in the unit: rows where none is said. */
  begin(phase: string, total: number | null, unit?: 'rows' | 'bytes'): void;
  /** `done` counts from the beginning of the phase. */
  advance(done: number): void;
  end(): void;
}

/** Facts in files, queried in place. One archive serves one command; methods are called in the order given here. */
export interface Archive {
  /** Checks every file, recognises its format and declares it. Answers all refusals at once, not the first only. */
  open(sources: Sources): Promise<Result<null, readonly Refusal[]>>;
  /** Reads every row once. */
  import(progress: Progress): Promise<Imported>;
  /** The rows that were not used, in order of file and line. */
  rejected(): AsyncIterable<RejectedRow>;
  /** The rows of these facts as rejected rows: used where a row is read well but cannot be judged. */
  locate(
    fact: FactKind,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly file: string; readonly line: number }>>;
  /** Every obligation and account that may not come out even, whole: too much perhaps, never too little. */
  screen(progress: Progress): Promise<Facts>;
  /** All facts around one payment, charge or rental: its obligation, its account's neighbours. Empty if unknown. */
  around(id: string): Promise<Facts>;
  /** Ids of rentals, payments and charges that read much like this one, the likeliest first, at most three. */
  similar(id: string): Promise<readonly string[]>;
  population(findings: readonly Finding[], progress: Progress): Promise<Population>;
  /** Rentals of each stratum, drawn by their ids and the seed alone; at most `count` of each, none without rentals. */
  draw(request: DrawRequest): Promise<readonly Drawn[]>;
  close(): Promise<void>;
}

export interface DrawRequest {
  readonly strata: readonly Stratum[];
  readonly seed: string;
  readonly count: number;
  /** Rentals that are not drawn. */
  readonly except: readonly string[];
}

export interface Drawn {
  readonly stratum: Stratum['name'];
  readonly rentalId: string;
  /** Null where the source has no customer. */
  readonly accountId: string | null;
}
