import type { BankStatement } from '../../fact/bank.ts';

/** Which statement told of an entry. */
export type StatementSource = Pick<
  BankStatement,
  'kind' | 'account' | 'statementId' | 'sequence' | 'from' | 'to' | 'opening' | 'closing'
>;

export function sourceOf(statement: BankStatement): StatementSource {
  const { kind, account, statementId, sequence, from, to, opening, closing } = statement;
  return { kind, account, statementId, sequence, from, to, opening, closing };
}

/**
 * Two statements of the day that cannot hold one booking: of different days, or one that begins with the balance and
 * the number after the other. All other pairs may tell of the same money.
 */
export function isDisjoint(one: StatementSource, other: StatementSource): boolean {
  if (one.kind !== 'camt.053' || other.kind !== 'camt.053' || one.statementId === other.statementId) return false;
  return liesBefore(one, other) || liesBefore(other, one) || leadsTo(one, other) || leadsTo(other, one);
}

function liesBefore(one: StatementSource, other: StatementSource): boolean {
  return one.to !== null && other.from !== null && one.to < other.from;
}

/** A statement that is sent again under another number has the balances of the first, not those after it. */
function leadsTo(one: StatementSource, other: StatementSource): boolean {
  if (one.sequence === null || other.sequence === null || one.sequence === other.sequence) return false;
  const closing = one.closing?.amount.amountMinor;
  const isSame = one.opening?.amount.amountMinor === other.opening?.amount.amountMinor;
  return closing !== undefined && closing === other.opening?.amount.amountMinor && !isSame;
}

/** The statement of the day is complete: what is in no statement of the day did not happen on it. */
export function isComplete(source: StatementSource): boolean {
  return source.kind === 'camt.053';
}
