import { ADYEN_SETTLEMENT_DETAIL } from './known-adyen.ts';
import type { KnownExport } from './known-export.ts';
import { MDS_TRIPS } from './known-mds.ts';
import { PAYPAL_ACTIVITY, PAYPAL_STATEMENT } from './known-paypal.ts';
import { STRIPE_BALANCE, STRIPE_CHARGES } from './known-stripe.ts';

/** In order of trial: the more particular first. */
export const KNOWN_EXPORTS: readonly KnownExport[] = [
  STRIPE_BALANCE,
  STRIPE_CHARGES,
  ADYEN_SETTLEMENT_DETAIL,
  PAYPAL_ACTIVITY,
  PAYPAL_STATEMENT,
  MDS_TRIPS,
];

/** The export with that header; null if it is none that is known. */
export function recognise(names: readonly string[]): KnownExport | null {
  const present = new Set(names.map((name) => name.toLowerCase()));
  return (
    KNOWN_EXPORTS.find(({ needs }) =>
      needs.every((need) => (typeof need === 'string' ? present.has(need) : need.some((each) => present.has(each)))),
    ) ?? null
  );
}
