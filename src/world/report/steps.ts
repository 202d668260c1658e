import { money } from '../../core/kernel/money.ts';
import type { Grade } from '../../core/remedy/finding.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { sayGrouped } from '../../core/remedy/summary.ts';
import { type Content, html, idMarkup, type Markup } from './markup.ts';
import { listed, sayNumber } from './words.ts';

interface Step {
  readonly what: string;
  readonly how: readonly Content[];
}

/** What to do next, three steps at most: stop it, look, give back; or what would let these files say more. */
export function showSteps(scan: Scan): Markup {
  const steps = chooseSteps(scan).slice(0, 3);
  return html`<ol class="steps">${steps.map(({ what, how }) => html`<li><strong>${what}</strong> ${how}</li>\n`)}</ol>`;
}

function chooseSteps(scan: Scan): readonly Step[] {
  const { findings } = scan.verdicts;
  if (findings.length === 0) return [...mendRows(scan), ...sharpen(scan), keep()];
  return [...stop(scan), ...correct(scan), ...review(scan), ...giveBack(scan), ...informed(scan), ...sharpen(scan)];
}

/** Whatever went wrong may still be going on. */
function stop(scan: Scan): readonly Step[] {
  const [cause] = scan.diagnosis.causes;
  if (cause === undefined) return [];
  return [{ what: 'Stop the source.', how: [`Best explained by “${cause.name}” (${cause.id}). ${cause.prevention}`] }];
}

function correct(scan: Scan): readonly Step[] {
  const phantoms = scan.verdicts.findings.filter((finding) => finding.class === 'phantom').length;
  if (phantoms === 0 || owedLines(scan, 'proven').length > 0) return [];
  return [
    {
      what: 'Correct the books.',
      how: [
        `${sayNumber(phantoms, 'surplus record')} in findings.csv (class phantom): void them. Refund nobody for these; nobody paid twice.`,
      ],
    },
  ];
}

function review(scan: Scan): readonly Step[] {
  const open = scan.verdicts.findings.filter(({ grade }) => grade === 'probable').length;
  const [sample] = scan.verdicts.findings;
  const id = sample?.paymentId ?? sample?.evidence.wrong?.paymentId ?? sample?.rentalId ?? null;
  const how: Content[] =
    id === null
      ? []
      : [
          ' ',
          html`<code>storno explain ${idMarkup(id)}</code>`,
          ' with the same files shows every movement of a case and the reason.',
        ];
  if (open > 0) {
    return [
      {
        what: `Look at the ${sayNumber(open, 'probable case')}.`,
        how: ['They have no reference that proves them; see findings.csv.', ...how],
      },
    ];
  }
  return id === null ? [] : [{ what: 'Check a handful by hand.', how: ['Take the largest cases below.', ...how] }];
}

function giveBack(scan: Scan): readonly Step[] {
  const proven = owedLines(scan, 'proven');
  if (proven.length === 0) return [];
  const accounts = new Set(proven.map(({ accountId }) => accountId)).size;
  const sums = new Map<string, bigint>();
  for (const { currency, refundDue } of proven) sums.set(currency, (sums.get(currency) ?? 0n) + refundDue.amountMinor);
  const total = listed(
    [...sums]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([currency, sum]) => sayGrouped(money(sum, currency))),
  );
  return [
    {
      what: 'Give back what is proven.',
      how: [
        `${total} to ${sayNumber(accounts, 'customer')}: the sums are in refunds.csv, the payment to refund is payment_id in findings.csv; never the kept one as well. Customers need do nothing.`,
      ],
    },
  ];
}

function informed(scan: Scan): readonly Step[] {
  const doubled = scan.verdicts.findings.filter((finding) => finding.class === 'acquirer_duplicate').length;
  if (doubled === 0) return [];
  return [
    {
      what: 'Send the list to the acquirer.',
      how: [
        `${sayNumber(doubled, 'line')} in findings.csv (class acquirer_duplicate): they repay. Tell the customers that it is on its way, and watch that it comes.`,
      ],
    },
  ];
}

function mendRows(scan: Scan): readonly Step[] {
  const rejected = Object.values(scan.counts).reduce((sum, counts) => sum + (counts?.rejected ?? 0), 0);
  if (rejected === 0) return [];
  return [
    {
      what: `Mend the ${sayNumber(rejected, 'rejected row')}.`,
      how: ['rejected.csv names file, line, column and reason; what was not read was not judged.'],
    },
  ];
}

function sharpen(scan: Scan): readonly Step[] {
  const gains = [
    ...(scan.layers.rentals ? [] : ['rentals (what was delivered, and its price)']),
    ...(scan.layers.charges ? [] : ['charges (your own books: they show phantoms and lost answers)']),
    ...(scan.layers.settlements ? [] : ['settlements (the bank’s lines: they show replayed files)']),
  ];
  if (gains.length === 0) return [];
  return [{ what: 'Give it more to see.', how: [`Not among the files: ${listed(gains)}.`] }];
}

function keep(): Step {
  return {
    what: 'Scan again after the next run.',
    how: ['A double charge is cheapest on the day on which it is made.'],
  };
}

function owedLines(scan: Scan, grade: Grade): Scan['refunds'] {
  return scan.refunds.filter((line) => line.grade === grade && line.refundDue.amountMinor > 0n);
}
