/** What became of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly rentals: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly hash: string;
  readonly counts: readonly (readonly [string, number])[];
  /** Empty where everything held. */
  readonly violations: readonly string[];
}

export interface SeedRequest {
  readonly seed: number;
  readonly rentals: number | null;
  readonly saboteur: string | null;
  readonly echo: ((line: string) => void) | null;
}
