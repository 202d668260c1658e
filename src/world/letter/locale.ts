/** In these a letter can be written. English is what everybody else gets. */
export const LANGUAGES = ['it', 'de', 'en', 'es', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Whose words a text has, and by whose habits its dates and sums are written. */
export interface Locale<L extends Language = Language> {
  readonly language: L;
  /** BCP 47, the `lang` of the text: `de-AT` keeps Austria's way of writing sums. */
  readonly tag: string;
}

/** A catalogue without a region follows these; plain `en` would write dates as Americans do. */
const PLAIN: Readonly<Record<Language, string>> = { it: 'it', de: 'de', en: 'en-GB', es: 'es', fr: 'fr' };

/**
 * The best of the offered languages for what was asked, by RFC 4647 look-up: `de-AT`, then `de`, then English. What is
 * no language tag at all is English too.
 */
export function localeFor<L extends Language>(asked: string, offered: readonly (L | 'en')[]): Locale<L | 'en'> {
  const tag = canonical(asked);
  const language = offered.find((one) => one === tag?.split('-')[0]) ?? 'en';
  const isPlain = tag === null || !tag.includes('-') || tag.split('-')[0] !== language;
  return { language, tag: isPlain ? PLAIN[language] : tag };
}

/** Extensions after `-u-` would change numerals and calendars of a letter whose words do not follow. */
function canonical(asked: string): string | null {
  try {
    return new Intl.Locale(asked.trim().replaceAll('_', '-')).baseName;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
