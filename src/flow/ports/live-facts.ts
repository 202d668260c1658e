import type { Coverage, Facts, Layers } from '../../core/fact/facts.ts';
import type { Instant } from '../../core/kernel/time.ts';

/** The whole within which every part of the live facts is judged. */
export interface LiveSetting {
  readonly layers: Layers;
  readonly coverage: Coverage;
}

/** The live database as the four layers of fact: what `detect` and `adjudicate` judge. Reads only. */
export interface LiveFacts {
  /** Scans all tables once for their first and last facts; the caller may keep the answer for a while. */
  readSetting(): Promise<LiveSetting>;
  /**
   * Accounts of which something was recorded or seen in the half-open stretch, in order of their id, at most `limit`
   * after `after`. With them come the accounts whose drives overlap with theirs on one vehicle.
   */
  touched(request: {
    readonly from: Instant;
    readonly to: Instant;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<readonly string[]>;
  /** Every account that may not come out even, over all history: too many perhaps, never too few. */
  screen(): Promise<readonly string[]>;
  /** All facts of these accounts. */
  factsOf(accountIds: readonly string[], setting: LiveSetting): Promise<Facts>;
}
