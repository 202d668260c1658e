import { sayMoney } from '../../core/kernel/money.ts';
import type { LetterRefusal } from '../../core/remedy/notify/check-facts.ts';
import type { StatementRefusal } from '../../core/remedy/statement.ts';

/** Why no letter can be written, in a sentence. */
export function sayLetterRefusal(refusal: LetterRefusal): string {
  switch (refusal.kind) {
    case 'no_rentals':
      return 'No rental is named.';
    case 'currencies_differ':
      return `A letter speaks of one currency, not of ${refusal.currencies.join(' and ')}. Write one for each.`;
    case 'ride_missing':
      return `${refusal.reference} needs a ride, or is a charge_without_rental and has none.`;
    case 'nothing_wrong':
      return `No debit of ${refusal.rental} has an excess, so there is nothing to write about it.`;
    case 'excess_beyond_debit':
      return `The excess ${sayMoney(refusal.excess)} of ${refusal.reference} is not within its amount.`;
    case 'excess_beyond_owed':
      return `Of ${refusal.rental} at most ${sayMoney(refusal.most)} is too much, not ${sayMoney(refusal.excess)}.`;
    case 'refund_differs':
      return `The refund ${sayMoney(refusal.refund)} is not what was too much, ${sayMoney(refusal.excess)}.`;
    case 'amount_not_positive':
      return `The amount of ${refusal.what} must be above zero.`;
    case 'day_malformed':
      return `${refusal.what} is "${refusal.day}", which is no day of the form YYYY-MM-DD.`;
    case 'time_malformed':
      return `${refusal.what} is at "${refusal.time}", which is no time of the form HH:MM.`;
    case 'minutes_out_of_bounds':
      return `${refusal.minutes} minutes cannot be given.`;
    case 'minutes_lapsed':
      return `The last day of the minutes, ${refusal.lastDay}, lies before the letter.`;
    case 'days_out_of_order':
      return sayOrder(refusal);
    case 'nothing_corrected':
      return 'Neither sum nor day differ from the earlier letter: there is nothing to correct.';
    case 'iban_end_malformed':
      return 'iban_end must be the last four characters of the IBAN, digits or capitals.';
  }
}

/** Why no statement can be written, in a sentence. */
export function sayStatementRefusal(refusal: StatementRefusal): string {
  switch (refusal.kind) {
    case 'day_malformed':
      return `"${refusal.day}" is no day of the form YYYY-MM-DD.`;
    case 'days_out_of_order':
      return sayOrder(refusal);
    case 'count_not_positive':
      return `The number of ${refusal.what} must be above zero.`;
    case 'no_sums':
      return 'No sum is named.';
    case 'currency_twice':
      return `${refusal.currency} stands in two sums; add them up.`;
    case 'refunded_out_of_bounds':
      return `${sayMoney(refusal.refunded)} refunded is not within the ${sayMoney(refusal.due)} that is due.`;
  }
}

function sayOrder({ earlier, later }: { readonly earlier: string; readonly later: string }): string {
  return `${earlier} must not lie after ${later}.`;
}
