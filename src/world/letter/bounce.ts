import PostalMime, { type Attachment } from 'postal-mime';
import { type Bounce, judgeReport, type ReportFields } from '../../core/remedy/notify/bounce.ts';

/** Reports hold a letter at most; what is larger is none of ours. */
const MESSAGE_BYTES_MAX = 1_000_000;

/**
 * Reads a raw message as a delivery report (RFC 3464, multipart/report). Null where it is none, where it tells of no
 * trouble, or where it is too large or broken: other people's mail never throws. Our letters have one recipient, so the
 * first one in trouble is the one.
 */
export async function readBounce(message: Uint8Array): Promise<Bounce | null> {
  if (message.length > MESSAGE_BYTES_MAX) return null;
  const attachments = await attachmentsOf(message);
  const report = attachments.find(({ mimeType }) => /^message\/(?:global-)?delivery-status$/.test(mimeType));
  if (report === undefined) return null;
  const messageId = originalMessageId(attachments);
  for (const fields of fieldsOf(textOf(report)).slice(0, RECIPIENTS_MAX)) {
    const bounce = judgeReport(fields, messageId);
    if (bounce !== null) return bounce;
  }
  return null;
}

/** Ours have one; what lists more was made to waste our time. */
const RECIPIENTS_MAX = 20;

async function attachmentsOf(message: Uint8Array): Promise<readonly Attachment[]> {
  try {
    const { attachments } = await PostalMime.parse(message, { forceRfc822Attachments: true });
    return attachments;
  } catch {
    return [];
  }
}

const RETURNED = /^(?:message\/(?:rfc822|global)(?:-headers)?|text\/rfc822-headers)$/;

/** The Message-ID of the letter that came back, whole or as its headers only. */
function originalMessageId(attachments: readonly Attachment[]): string | null {
  const returned = attachments.find(({ mimeType }) => RETURNED.test(mimeType));
  if (returned === undefined) return null;
  const [headers = {}] = fieldsOf(textOf(returned));
  return /<[^<>\s]{3,250}>/.exec(headers['message-id'] ?? '')?.[0] ?? null;
}

function textOf({ content }: Attachment): string {
  if (typeof content === 'string') return content;
  return new TextDecoder().decode(content);
}

/** Groups of header fields with an empty line between them; folded lines are one. */
function fieldsOf(text: string): readonly ReportFields[] {
  return text
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .map((group) => {
      const lines = group.replace(/\n[ \t]+/g, ' ').split('\n');
      const fields = lines.flatMap((line) => {
        const [, name, value] = /^([!-9;-~]+):(.*)$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
      });
      return Object.fromEntries(fields);
    });
}
