import type { LetterPress } from '../../flow/ports/letter.ts';
import { letterAsHtml } from './html.ts';
import { LANGUAGES, localeFor } from './locale.ts';
import { letterAsText } from './text.ts';
import { sayIn } from './words.ts';

/** Prints letters in the customer's language, or in English. */
export const letterPress: LetterPress = {
  print(letter) {
    const locale = localeFor(letter.locale, LANGUAGES);
    const subject = sayIn(locale)(letter.subject);
    return {
      locale: locale.tag,
      subject,
      text: letterAsText(letter, locale),
      html: letterAsHtml(letter, { locale, subject }),
    };
  },
};
