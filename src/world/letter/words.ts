import { IntlMessageFormat } from 'intl-messageformat';
import { assert } from '../../core/kernel/assert.ts';
import type { LetterLabel, LetterSentence, Sentence, Value } from '../../core/remedy/notify/letter.ts';
import { sayAmount, sayDay, sayDays, sayTime } from './format.ts';
import { oneLine } from './header.ts';
import type { Language, Locale } from './locale.ts';
import { remembering } from './remember.ts';
import de from './words/de.json' with { type: 'json' };
import en from './words/en.json' with { type: 'json' };
import es from './words/es.json' with { type: 'json' };
import fr from './words/fr.json' with { type: 'json' };
import italian from './words/it.json' with { type: 'json' };

type Catalogue = Readonly<Record<LetterSentence | LetterLabel, string>>;

/** ICU messages; the compiler refuses a catalogue that lacks one. */
const CATALOGUES: Readonly<Record<Language, Catalogue>> = { it: italian, de, en, es, fr };

/** A sentence in the words of its language, with its values written as that language writes them. */
export function sayIn(locale: Locale): (sentence: Sentence) => string {
  return (sentence) => saidFrom(CATALOGUES[locale.language], sentence, locale);
}

/** The same from another catalogue. */
export function saidFrom<Id extends string>(
  catalogue: Readonly<Record<Id, string>>,
  { id, values }: Sentence<Id>,
  locale: Locale,
): string {
  return formatted(catalogue[id], {
    locale,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(value, locale)])),
  });
}

/** A word of the table of rides. */
export function labelIn(locale: Locale): (id: LetterLabel, values?: Readonly<Record<string, string>>) => string {
  return (id, values = {}) => formatted(CATALOGUES[locale.language][id], { locale, values });
}

/** One ICU message, filled. A value that is missing is a defect, and so is a message that cannot be read. */
function formatted(
  message: string,
  { locale, values }: { readonly locale: Locale; readonly values: Readonly<Record<string, string | number>> },
): string {
  const text = compiled(message, locale).format(values);
  assert(typeof text === 'string', `the message "${message}" makes no text`);
  return locale.language === 'it' ? elided(text) : text;
}

/** Seventy messages in some twenty regional tags. Compiling costs a hundred times what filling does. */
const compiling = remembering<IntlMessageFormat>(2000);

function compiled(message: string, { tag }: Locale): IntlMessageFormat {
  // Values are plain text for a text and a page: there is no markup in a message that could be read as a tag.
  return compiling(`${tag} ${message}`, () => new IntlMessageFormat(message, tag, undefined, { ignoreTag: true }));
}

function written(value: Value, locale: Locale): string | number {
  switch (value.kind) {
    case 'money':
      return sayAmount(value.money, locale);
    case 'sums':
      return new Intl.ListFormat(locale.tag).format(value.sums.map((sum) => sayAmount(sum, locale)));
    case 'day':
      return sayDay(value.day, locale);
    case 'days':
      return sayDays(value, locale);
    case 'time':
      return sayTime(value.time, value.zone, locale);
    case 'count':
      return value.count;
    case 'text':
      return oneLine(value.text);
  }
}

const ITALIAN_MONTHS = 'gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre';
const ITALIAN_DATE = new RegExp(`\\b([Ii]|de|da|a)l (8|11)(?=(?:[–-]\\d+)?\\s(?:${ITALIAN_MONTHS}))`, 'g');

/** Eight and eleven begin with a vowel: `l’8 novembre`, `dell’11 novembre`. */
function elided(text: string): string {
  return text.replace(ITALIAN_DATE, (_, article: string, day: string) => {
    const before = { i: 'l', I: 'L', de: 'dell', da: 'dall', a: 'all' }[article] ?? article;
    return `${before}’${day}`;
  });
}
