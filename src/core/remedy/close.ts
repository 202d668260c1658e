/** All that bears on whether an incident may be closed. */
export interface ClosingFacts {
  readonly notReviewed: number;
  readonly refundsOpen: number;
  readonly plansNotBegun: readonly string[];
  readonly violations: readonly string[];
  /** Refunds that neither the provider's ledger nor the bank explains to the cent. */
  readonly unexplained: number;
  readonly sample: readonly { readonly rentalId: string; readonly verdict: 'clean' | 'affected' | null }[];
  readonly preventions: readonly { readonly measure: string; readonly owner: string; readonly test: string }[];
}

export type Missing =
  | { readonly kind: 'findings_not_reviewed'; readonly count: number }
  | { readonly kind: 'plan_not_begun'; readonly planId: string }
  | { readonly kind: 'refunds_open'; readonly count: number }
  | { readonly kind: 'books_disagree'; readonly violation: string }
  | { readonly kind: 'bank_disagrees'; readonly count: number }
  | { readonly kind: 'sample_not_looked_at'; readonly rentals: readonly string[] }
  | { readonly kind: 'sample_affected'; readonly rentals: readonly string[] }
  | { readonly kind: 'prevention_missing' }
  | { readonly kind: 'prevention_without_owner'; readonly measure: string }
  | { readonly kind: 'prevention_without_test'; readonly measure: string };

/** All that stands in the way of closing, in the order in which it is best done; empty where nothing does. */
export function missingOf(facts: ClosingFacts): readonly Missing[] {
  const rentalsOf = (verdict: 'affected' | null) =>
    facts.sample.filter((rental) => rental.verdict === verdict).map(({ rentalId }) => rentalId);
  const [notLooked, affected] = [rentalsOf(null), rentalsOf('affected')];
  return [
    ...some(facts.notReviewed > 0, { kind: 'findings_not_reviewed', count: facts.notReviewed }),
    ...facts.plansNotBegun.map((planId): Missing => ({ kind: 'plan_not_begun', planId })),
    ...some(facts.refundsOpen > 0, { kind: 'refunds_open', count: facts.refundsOpen }),
    ...facts.violations.map((violation): Missing => ({ kind: 'books_disagree', violation })),
    ...some(facts.unexplained > 0, { kind: 'bank_disagrees', count: facts.unexplained }),
    ...some(notLooked.length > 0, { kind: 'sample_not_looked_at', rentals: notLooked }),
    ...some(affected.length > 0, { kind: 'sample_affected', rentals: affected }),
    ...some(facts.preventions.length === 0, { kind: 'prevention_missing' }),
    ...facts.preventions
      .filter(({ owner }) => owner === '')
      .map(({ measure }): Missing => ({ kind: 'prevention_without_owner', measure })),
    ...facts.preventions
      .filter(({ test }) => test === '')
      .map(({ measure }): Missing => ({ kind: 'prevention_without_test', measure })),
  ];
}

function some(condition: boolean, missing: Missing): readonly Missing[] {
  return condition ? [missing] : [];
}
