import type { Day } from '../../core/kernel/day.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { LocalTime } from '../../core/remedy/notify/facts.ts';
import type { Statement, StatementSum } from '../../core/remedy/statement.ts';
import type { Signature } from './casework.ts';

/** Public statements as rows. Each method is one transaction and may throw `StoreUnavailable`. */
export interface StatementBook {
  /** Counted now. Null where there is no such incident. */
  readFigures(incidentId: string): Promise<StatementFigures | null>;
  /** All revisions in all languages, newest first. */
  listStatements(incidentId: string): Promise<readonly StoredStatement[]>;
  /** `exists` where the newest revision of the language was made from equal facts. */
  writeDraft(draft: NewStatement): Promise<{ readonly kind: 'created' | 'exists'; readonly revision: number }>;
  /** The database refuses who drafted it, who may not approve, and what is older than what is public, as a defect. */
  publish(statement: StoredStatement, signature: Signature): Promise<'created' | 'exists'>;
}

export const STATEMENT_LANGUAGES = ['it', 'de', 'en'] as const;
export type StatementLanguage = (typeof STATEMENT_LANGUAGES)[number];

/** What the books say of all who are owed something, none of whom is named. */
export interface StatementFigures {
  /** Whether every wrong charge is one that was taken twice. */
  readonly isAllTwice: boolean;
  readonly rentals: number;
  readonly customers: number;
  readonly sums: readonly StatementSum[];
  /** When affected rentals ended and wrong charges were made; null where nothing tells. */
  readonly rented: { readonly from: Instant; readonly to: Instant } | null;
  readonly debited: { readonly from: Instant; readonly to: Instant } | null;
  /** As an approved plan promises them to everybody alike; null where it does not, or there is none. */
  readonly minutes: { readonly minutes: number; readonly days: number } | null;
  /** IANA zone of most of the customers. */
  readonly zone: string;
}

export interface PrintedStatement {
  /** BCP 47, as it was written. */
  readonly locale: string;
  readonly title: string;
  readonly text: string;
  /** Part of a page. It loads nothing and holds no script. */
  readonly fragment: string;
}

export interface NewStatement extends PrintedStatement {
  readonly incidentId: string;
  readonly language: StatementLanguage;
  readonly contentDigest: string;
  readonly factsDigest: string;
  readonly asOf: Instant;
  readonly zone: string;
  readonly signature: Signature;
}

export interface StoredStatement extends Omit<NewStatement, 'signature'> {
  readonly revision: number;
  readonly draftedBy: string;
  readonly draftedAt: Instant;
  readonly published: { readonly by: string; readonly at: Instant } | null;
}

/** Puts statements into words, and what was published onto a page. Pure. */
export interface StatementPress {
  print(statement: Statement): PrintedStatement;
  printPage(page: StatementPage): string;
}

/** What everybody may read: all that was published in one language, and how things stand now. */
export interface StatementPage {
  readonly locale: string;
  /** Newest first, at least one. */
  readonly revisions: readonly { readonly fragment: string; readonly title: string; readonly published: LocalTime }[];
  readonly live: { readonly sums: readonly StatementSum[]; readonly asOf: LocalTime };
  readonly zone: string;
}

/** What only a person can say, in the language of the statement. */
export interface StatementWords {
  readonly explanation: string | null;
  readonly expectedBy: Day | null;
}
