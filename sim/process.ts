/** One process of the operator: it lives, freezes, dies and is started again with nothing but what the store holds. */
export interface Process {
  readonly name: string;
  /** Grows with every death: what an earlier life began is never heard of again. */
  incarnation: number;
  /** True time until which it does not run, without noticing. */
  frozenUntil: number;
  /** Its wall clock minus true time. */
  wallErrorMs: number;
  /** Whether it takes calls: not between a death and the next start. */
  up: boolean;
  /** True time at which this life began: origin of its monotonic clock. */
  bornAt: number;
  die(point: 'before' | 'unheard' | 'after', effect: string): void;
  freeze(effect: string): void;
}
