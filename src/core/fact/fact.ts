/** The four kinds of fact, in pipeline order: what was delivered, taken, booked by us, booked by the bank. */
export const FACT_KINDS = ['rentals', 'payments', 'charges', 'settlements'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** Every column of a file that is not part of the contract, by its name in the file: evidence for the cause. */
export type Attributes = Readonly<Record<string, string>>;

/** What a charge is for; an empty purpose means `rental`. */
export const PURPOSES = ['rental', 'fee', 'package', 'adjustment', 'deposit'] as const;
export type Purpose = (typeof PURPOSES)[number];
