/** Every field for a reference of ISO 20022 has 35 characters. */
export const REFERENCE_LENGTH_MAX = 35;

/** Letters of our ids that banks carry, but for the underscore, which SEPA does not know. */
const CARRIED = /^[A-Za-z0-9_:.]{1,35}$/;

/**
 * The reference that goes to the bank with a payment and comes back in its statement, made of our id: as readable as it
 * can be, equal on every run, and different for different ids. `digest` is SHA-256 in hexadecimal.
 *
 * `rfd_01JC…` becomes `rfd-01JC…`: no carried id has a hyphen of its own. Whatever is longer or has other letters
 * becomes `x-` and 132 bits of its digest.
 */
export function endToEndIdOf(id: string, digest: (text: string) => string): string {
  if (CARRIED.test(id)) return id.replaceAll('_', '-');
  return `x-${digest(id).slice(0, REFERENCE_LENGTH_MAX - 'x-'.length)}`;
}
