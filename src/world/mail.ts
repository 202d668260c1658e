import { createTransport } from 'nodemailer';
import { SECOND_MS } from '../core/kernel/time.ts';

export interface Letter {
  readonly subject: string;
  readonly text: string;
}

export interface MailSettings {
  /** `smtp://host:port` or `smtps://user:password@host:port`. */
  readonly smtpUrl: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** Sends to those who run this, and says whether a server took it. Never throws: no alarm fails for its mail. */
export type SendMail = (
  letter: Letter,
) => Promise<{ readonly ok: true } | { readonly ok: false; readonly code: string }>;

/** A mail server that does not answer by then does not answer. */
const WAIT_MS_MAX = 10 * SECOND_MS;

export function openMail({ smtpUrl, from, to }: MailSettings): SendMail {
  // Within one object: what stands in a second one would be defaults of the message, and no wait would ever end.
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: WAIT_MS_MAX,
    greetingTimeout: WAIT_MS_MAX,
    socketTimeout: WAIT_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as object);
  return async ({ subject, text }) => {
    try {
      await transport.sendMail({ from, to: [...to], subject: oneLine(subject), text });
      return { ok: true };
    } catch (error) {
      return { ok: false, code: String((error as { code?: unknown }).code ?? 'unknown') };
    }
  };
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').slice(0, 200);
}
