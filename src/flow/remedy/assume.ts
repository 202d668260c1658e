import type { Finding } from '../../core/remedy/finding.ts';
import type { Population } from '../../core/remedy/population.ts';
import type { Imported, Sources } from '../ports.ts';

export interface Assuming {
  readonly imported: Imported;
  readonly findings: readonly Finding[];
  readonly population: Population;
  readonly sources: Sources;
}

/** What the verdicts take for granted, as sentences; only what bears on this scan is said. */
export function assume({ imported, findings, population, sources }: Assuming): readonly string[] {
  const { layers } = imported;
  return [
    layers.rentals
      ? 'What the rentals file says was due is taken as the right price.'
      : sayPriceWithoutRentals(layers.charges),
    sources.timeZone === null ? null : `Times that carry no zone are read as local time of ${sources.timeZone}.`,
    sayKeyless(findings, layers.rentals),
    sayRefundWindows(findings),
    sayDisputes(findings),
    ...(findings.length === 0 ? [] : population.sampled.map(saySampled)),
    ...imported.notes.map((note) => (note.endsWith('.') ? note : `${note}.`)),
  ].filter((sentence) => sentence !== null);
}

function sayPriceWithoutRentals(books: boolean): string {
  return books
    ? 'No rentals were given: the price of a rental is what our books hold for it once, else one of its equal charges.'
    : 'No rentals were given: the price of a rental is taken to be one of its equal charges.';
}

function sayKeyless(findings: readonly Finding[], rentals: boolean): string | null {
  const without = findings.some(({ evidence }) => evidence.wrong !== null && evidence.wrong.rentalId === null);
  if (!without || !rentals) return null;
  return 'Charges without a reference are set against the rentals of their account by amount and time, one to one.';
}

/** PayPal refuses refunds after 180 days: https://developer.paypal.com/docs/api/payments/v2/ (captures, refund). */
function sayRefundWindows(findings: readonly Finding[]): string | null {
  const paypal = findings.some(({ evidence }) => /paypal/i.test(evidence.wrong?.provider ?? ''));
  return paypal
    ? 'PayPal gives back for 180 days, counted to the newest fact; other providers are taken to have no limit.'
    : null;
}

function sayDisputes(findings: readonly Finding[]): string | null {
  const open = findings.some(({ evidence }) =>
    evidence.payments.some(({ kind, status }) => kind === 'chargeback' && status === 'pending'),
  );
  return open ? 'A disputed charge is held back until the dispute is decided; its amount is not counted as due.' : null;
}

function saySampled({ fact, part }: Population['sampled'][number]): string {
  return `How the other columns of ${fact} are spread over all rows was estimated from one row in ${part}, chosen by the hash of its id; what is wrong was looked for in every row.`;
}
