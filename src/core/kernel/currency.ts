/**
 * ISO 4217 list one with its minor units (exponents 0 to 4), as of June 2024, plus the codes that an operator's
 * history still holds and those that came since. Currencies without a minor unit (gold, test codes) are not money here.
 * Source: https://www.iso.org/iso-4217-currency-codes.html (SIX, list one and list three).
 */
const CODES_BY_EXPONENT: readonly (readonly [exponent: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
     CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
     HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
     MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
     SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWL`,
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
  // Withdrawn since 2010 or added after the list of June 2024: exports of those years still carry them.
  [2, 'HRK LTL LVL EEK SLL MRO STD VEF ZMK CHC XCG ZWG BYB TMM GHC AZM'],
  [0, 'BYR'],
];

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  CODES_BY_EXPONENT.flatMap(([exponent, codes]) => codes.split(/\s+/).map((code) => [code, exponent] as const)),
);

/** The number of decimals of the currency (0 to 4), or null if the code is not on the list. Codes are upper case. */
export function exponentOf(currency: string): number | null {
  return EXPONENTS.get(currency) ?? null;
}

/** Every known code with its exponent, in the order of the list. */
export function currencies(): readonly (readonly [code: string, exponent: number])[] {
  return [...EXPONENTS];
}
