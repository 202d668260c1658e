import type { Instant } from '../kernel/time.ts';
import type { Incident, IncidentFinding } from './incident.ts';

/** A part outside the scope of which some rentals are looked at: if they are affected, the scope is too narrow. */
export interface Stratum {
  readonly name: 'before' | 'after' | 'elsewhere';
  /** Ends of rentals: from inclusive, to exclusive; null: without a bound. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** Not in these markets; none: whatever market. */
  readonly exceptMarkets: readonly string[];
}

/** Rentals of each stratum that a person looks at: enough to see a pattern, few enough to be read with care. */
export const OUTSIDE_SAMPLE = 5;

/**
 * Before the first affected rental, after the last, and in the same days in markets where nothing was found. Without
 * affected rentals there is no outside.
 */
export function strataOf(
  { affectedFrom, affectedTo, lookBackFrom }: Pick<Incident, 'affectedFrom' | 'affectedTo' | 'lookBackFrom'>,
  findings: readonly Pick<IncidentFinding, 'evidence'>[],
): readonly Stratum[] {
  if (affectedFrom === null || affectedTo === null) return [];
  const markets = new Set(findings.map(({ evidence }) => evidence.rental?.market ?? null));
  const exceptMarkets = [...markets].filter((market) => market !== null).sort();
  return [
    { name: 'before', from: lookBackFrom, to: affectedFrom, exceptMarkets: [] },
    { name: 'after', from: affectedTo + 1, to: null, exceptMarkets: [] },
    ...(exceptMarkets.length === 0
      ? []
      : [{ name: 'elsewhere' as const, from: affectedFrom, to: affectedTo + 1, exceptMarkets }]),
  ];
}
