/** RFC 5321 addresses as people write them: enough to notice one in a sentence. */
const MAIL = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+/;
const MAILS = new RegExp(MAIL, 'g');

/** ISO 13616, with or without blanks between. */
const IBANS = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/g;

/** Words that a person or a provider wrote, without what names a customer's mail or bank account. */
export function withoutAddresses(words: string): string {
  return words.replace(MAILS, '[address]').replace(IBANS, (found) => (isIban(found) ? '[account]' : found));
}

/** Whether a text shows a mail address or an account at a bank. */
export function addressIn(text: string): boolean {
  return MAIL.test(text) || (text.match(IBANS) ?? []).some(isIban);
}

const COUNTRY_LENGTH_MIN = 15;

/** By its check digits: ISO 7064, mod 97-10. One id in a hundred that looks like one passes; it is none then. */
function isIban(found: string): boolean {
  const bare = found.replaceAll(' ', '');
  if (bare.length < COUNTRY_LENGTH_MIN) return false;
  const digits = (bare.slice(4) + bare.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(parseInt(letter, 36)));
  return BigInt(digits) % 97n === 1n;
}
