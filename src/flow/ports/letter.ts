import type { Letter } from '../../core/remedy/notify/letter.ts';

/** A letter in words, as it is kept for the customer's account page and as it is sent. */
export interface PrintedLetter {
  /** BCP 47: the language that it was written in, which may be another than was asked for. */
  readonly locale: string;
  readonly subject: string;
  readonly text: string;
  /** A whole page. It loads nothing and holds no script. */
  readonly html: string;
}

/** Puts a letter into words. Pure, and equal for equal letters: what is kept is what was sent. */
export interface LetterPress {
  print(letter: Letter): PrintedLetter;
}

/** A printed letter on its way to one person. */
export interface LetterToPost extends PrintedLetter {
  /** Ours, unique for ever: the Message-ID is made of it, so that a letter sent twice is known as one. */
  readonly letterId: string;
  readonly to: { readonly address: string; readonly name: string | null };
}

/**
 * What came of it. `accepted`, `refused_final` and `refused_for_now` are proven; after `unknown` the letter may or may
 * not have gone out, and only a person or a bounce can tell. `words` are those of the server, or ours where it said
 * none; they may hold the address and are personal data.
 */
export type PostOutcome = {
  readonly kind:
    | 'accepted'
    /** This letter will never be taken: a 5xx about the recipient or the content. */
    | 'refused_final'
    /** Not taken, and worth another try: a 4xx, no connection, our own settings refused. */
    | 'refused_for_now'
    /** The connection went after all of the letter was given and before the answer. */
    | 'unknown';
  /** Of SMTP, null where no server answered. */
  readonly code: number | null;
  readonly words: string;
  /** With angle brackets, as it stands in the letter and in a bounce. */
  readonly messageId: string;
};

/** Hands letters to a mail server, each once for each call. It never tries again by itself, and never throws. */
export interface LetterPost {
  post(letter: LetterToPost): Promise<PostOutcome>;
}
