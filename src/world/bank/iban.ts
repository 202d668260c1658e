import { electronicFormatIBAN, isSEPACountry, isValidBIC, ValidationErrorsIBAN, validateIBAN } from 'ibantools';
import { fail, ok, type Result } from '../../core/kernel/result.ts';

/** Why no transfer can go there. */
export type IbanFault = 'malformed' | 'country_unknown' | 'wrong_length' | 'wrong_check_digits' | 'outside_sepa';

/**
 * The IBAN without blanks and in capitals, after its check digits and those of its country. That it exists and is whose
 * it should be only the bank can say (Verification of Payee).
 */
export function checkIban(text: string): Result<string, IbanFault> {
  const iban = electronicFormatIBAN(text) ?? '';
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/.test(iban)) return fail('malformed');
  const { valid, errorCodes } = validateIBAN(iban);
  if (!valid) return fail(faultOf(errorCodes));
  return isSEPACountry(iban.slice(0, 2)) ? ok(iban) : fail('outside_sepa');
}

function faultOf(codes: readonly ValidationErrorsIBAN[]): IbanFault {
  if (codes.includes(ValidationErrorsIBAN.NoIBANCountry)) return 'country_unknown';
  if (codes.includes(ValidationErrorsIBAN.WrongBBANLength)) return 'wrong_length';
  return codes.includes(ValidationErrorsIBAN.WrongBBANFormat) ? 'malformed' : 'wrong_check_digits';
}

/** By form only, 8 or 11 characters. */
export function isBic(text: string): boolean {
  return isValidBIC(text);
}
