import { assert } from '../../kernel/assert.ts';
import type { Instant } from '../../kernel/time.ts';
import { type Transfer, transfer } from '../../ledger/transfer.ts';
import { leftOf } from '../liability.ts';
import type { RefundAttempt, RefundCase, RefundChange, RefundEvidence } from '../refund.ts';
import { NO_COUNTERS, openRefundAttempt, refundEvent, unchangedRefund } from './case.ts';
import type { RefundMoment } from './policy.ts';
import { refundKeyOf } from './reference.ts';

/** What a bank says of an order of ours: in a status report, or by booking it, or by bringing it back. */
export interface BankWord {
  readonly kind: 'accepted' | 'booked' | 'rejected' | 'returned';
  /** ISO 20022 reason (`AC04`: account closed); null where it says none. */
  readonly code: string | null;
  /** The bank's name of the movement; null where it only reports a status. */
  readonly bankRef: string | null;
  readonly at: Instant;
}

/** A bank answers within days, not within the horizon of a provider's key: nothing is ever sent again by itself. */
const ANSWERS_WITHIN_MS = 30 * 86_400_000;

/**
 * Writes the order down and reserves its amount, before the file is made: whoever comes after a crash finds it and puts
 * it into the next file under the same name, which the bank takes once.
 */
export function beginTransfer(
  found: RefundCase,
  { requestDigest }: { readonly requestDigest: string },
  { now }: RefundMoment,
): RefundChange {
  const { refund, liability, lastGeneration } = found;
  assert(refund.state === 'due' && openRefundAttempt(found) === null, 'an order begins beside another');
  assert(refund.channel === 'credit_transfer' || refund.channel === 'reversal', `${refund.channel} needs no bank file`);
  assert(leftOf(liability) >= refund.amount.amountMinor, 'an order begins for more than is owed');
  const generation = lastGeneration + 1;
  const attempt: RefundAttempt = {
    key: refund.key,
    generation,
    idempotencyKey: refundKeyOf(refund.key, generation),
    requestDigest,
    state: 'sent',
    sentAt: now,
    horizonAt: now + ANSWERS_WITHIN_MS,
    providerRef: null,
    failureCode: null,
    absentAt: [],
  };
  return {
    ...unchangedRefund(found),
    state: 'in_flight',
    reason: 'in a file for the bank',
    runAt: null,
    begins: true,
    attempt,
    counters: { ...NO_COUNTERS, reserved: refund.amount.amountMinor },
  };
}

/** What follows from the bank's word. Null where it says nothing that is not known. */
export function hearBank(found: RefundCase, generation: number, word: BankWord): RefundChange | null {
  const attempt = found.attempts.find((one) => one.generation === generation);
  if (attempt === undefined) return null;
  switch (word.kind) {
    case 'accepted':
      return attempt.state === 'sent' ? accepted(found, attempt, word) : null;
    case 'booked':
      return attempt.state === 'sent' || attempt.state === 'pending' ? booked(found, attempt, word) : null;
    case 'rejected':
      return attempt.state === 'sent' || attempt.state === 'pending' ? rejected(found, attempt, word) : null;
    case 'returned':
      return attempt.state === 'succeeded' ? returned(found, attempt, word) : null;
  }
}

function accepted(found: RefundCase, attempt: RefundAttempt, word: BankWord): RefundChange {
  const told = { type: 'refund.accepted', state: 'pending', happenedAt: word.at } as const;
  return {
    ...unchangedRefund(found),
    state: 'pending',
    reason: '',
    acceptedAt: word.at,
    attempt: { ...attempt, state: 'pending' },
    evidence: evidenceOf(attempt, word, 'pending'),
    events: [refundEvent(found, told, {})],
  };
}

function booked(found: RefundCase, attempt: RefundAttempt, word: BankWord): RefundChange {
  const { amount } = found.refund;
  const told = { type: 'refund.succeeded', state: 'succeeded', happenedAt: word.at } as const;
  return {
    ...unchangedRefund(found),
    state: 'succeeded',
    reason: '',
    acceptedAt: found.refund.acceptedAt ?? word.at,
    succeededAt: word.at,
    attempt: { ...attempt, state: 'succeeded', providerRef: word.bankRef },
    evidence: evidenceOf(attempt, word, 'succeeded'),
    counters: { ...NO_COUNTERS, reserved: -amount.amountMinor, transferred: amount.amountMinor },
    transfers: [entry(found, attempt, word, null)],
    events: [refundEvent(found, told, {})],
  };
}

function rejected(found: RefundCase, attempt: RefundAttempt, word: BankWord): RefundChange {
  return {
    ...failed(found, attempt, word, 'the bank refused it'),
    counters: { ...NO_COUNTERS, reserved: -found.refund.amount.amountMinor },
  };
}

/** The money is with us again and the customer has nothing: it is owed again. */
function returned(found: RefundCase, attempt: RefundAttempt, word: BankWord): RefundChange {
  return {
    ...failed(found, attempt, word, 'it came back after it was booked'),
    counters: { ...NO_COUNTERS, transferred: -found.refund.amount.amountMinor },
    transfers: [entry(found, attempt, word, `transferred:${attempt.idempotencyKey}`)],
  };
}

function failed(found: RefundCase, attempt: RefundAttempt, word: BankWord, what: string): RefundChange {
  const told = { type: 'refund.failed', state: 'failed', happenedAt: word.at } as const;
  const code = word.code ?? 'no reason given';
  return {
    ...unchangedRefund(found),
    state: 'failed',
    reason: `needs customer: ${what} (${code})`,
    attempt: { ...attempt, state: 'failed_final', failureCode: word.code },
    evidence: evidenceOf(attempt, word, 'failed_final'),
    events: [refundEvent(found, told, { code })],
  };
}

function evidenceOf(attempt: RefundAttempt, word: BankWord, outcome: RefundEvidence['outcome']): RefundEvidence {
  return {
    generation: attempt.generation,
    source: 'bank_file',
    outcome,
    providerRef: word.bankRef,
    code: word.code,
    detail: `the bank says: ${word.kind}`,
    seenAt: word.at,
  };
}

/** Out of our account, and what we owe is smaller; or back, where `corrects` names the first. */
function entry(found: RefundCase, attempt: RefundAttempt, word: BankWord, corrects: string | null): Transfer {
  const { amount, key } = found.refund;
  return transfer({
    accountId: key.accountId,
    kind: corrects === null ? 'transferred' : 'transfer_returned',
    sourceRef: attempt.idempotencyKey,
    debit: corrects === null ? 'account_payable' : 'house_bank',
    credit: corrects === null ? 'house_bank' : 'account_payable',
    dimension: '',
    asset: amount.currency,
    amount: amount.amountMinor,
    corrects,
    happenedAt: word.at,
  });
}
