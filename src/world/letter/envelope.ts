import MailComposer from 'nodemailer/lib/mail-composer';
import type { LetterToPost } from '../../flow/ports/letter.ts';
import { messageIdOf, oneLine } from './header.ts';

/** Who writes. Addresses are the operator's own and come from his settings. */
export interface Sender {
  readonly name: string;
  readonly address: string;
  /** Where answers go, to a person. Null: to `address`. */
  readonly replyTo: string | null;
}

/**
 * The whole message as it goes over the wire: text and page side by side, no attachment, no picture. Automatic answers
 * are asked not to come back (RFC 3834). There is no `List-Unsubscribe`: it is no list, and nobody can unsubscribe from
 * being told of his own money.
 */
export function sealLetter(letter: LetterToPost, { name, address, replyTo }: Sender): Promise<Buffer> {
  const { letterId, to, locale, subject, text, html } = letter;
  const node = new MailComposer({
    from: { name: oneLine(name), address },
    ...(replyTo === null ? {} : { replyTo }),
    to: { name: oneLine(to.name ?? ''), address: to.address },
    subject: oneLine(subject),
    messageId: messageIdOf(letterId, address),
    // Equal letters have equal bytes but for the date.
    baseBoundary: letterId,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': locale,
    },
    text,
    html,
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  return node.build();
}
