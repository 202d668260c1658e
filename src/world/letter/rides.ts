import type { Debit, Ride, WrongedRental } from '../../core/remedy/notify/facts.ts';
import { sayAmount, sayClock, sayDay, sayZone } from './format.ts';
import { oneLine } from './header.ts';
import type { Locale } from './locale.ts';
import { labelIn } from './words.ts';

/** One rental as the page and the text show it. */
export interface PrintedRental {
  /** When it was: `12 November 2014, 18:02 to 18:34 (Central European Time)`. */
  readonly title: string;
  /** City, vehicle, number of the rental; empty where no rental explains the debit. */
  readonly details: readonly string[];
  readonly lines: readonly PrintedLine[];
}

export interface PrintedLine {
  readonly label: string;
  /** The provider's name of the payment; empty for the price. */
  readonly reference: string;
  readonly amount: string;
  readonly remark: string;
  readonly isWrong: boolean;
}

export function printRental({ ride, price, debits }: WrongedRental, locale: Locale): PrintedRental {
  const label = labelIn(locale);
  const priceLine: PrintedLine = {
    label: label('label.price'),
    reference: '',
    amount: sayAmount(price, locale),
    remark: '',
    isWrong: false,
  };
  return {
    title: ride === null ? label('label.no_rental') : span(ride, locale),
    details: ride === null ? [] : detailsOf(ride, locale),
    lines: [...(ride === null ? [] : [priceLine]), ...debits.map((debit) => printDebit(debit, locale))],
  };
}

function span({ started, ended, zone }: Ride, locale: Locale): string {
  const values = {
    day: sayDay(started.day, locale),
    from: sayClock(started, locale),
    lastDay: sayDay(ended.day, locale),
    to: sayClock(ended, locale),
    zone: sayZone(zone, locale),
  };
  return labelIn(locale)(started.day === ended.day ? 'label.span' : 'label.span_days', values);
}

function detailsOf({ market, vehicle, rentalId }: Ride, locale: Locale): readonly string[] {
  const label = labelIn(locale);
  return [
    oneLine(market),
    ...(vehicle === null ? [] : [label('label.vehicle', { vehicle: oneLine(vehicle) })]),
    label('label.rental', { rental: oneLine(rentalId) }),
  ];
}

function printDebit({ amount, day, reference, excess }: Debit, locale: Locale): PrintedLine {
  const label = labelIn(locale);
  const remark =
    excess.amountMinor === 0n
      ? label('label.right')
      : excess.amountMinor === amount.amountMinor
        ? label('label.wrong')
        : label('label.partly', { amount: sayAmount(excess, locale) });
  return {
    label: label('label.debit', { day: sayDay(day, locale) }),
    reference: oneLine(reference),
    amount: sayAmount(amount, locale),
    remark,
    isWrong: excess.amountMinor > 0n,
  };
}
