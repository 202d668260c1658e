/** What a report says about one recipient: the fields of RFC 3464 §2.3, names in lower case. */
export type ReportFields = Readonly<Record<string, string>>;

/** A letter that came back, or is late. */
export interface Bounce {
  /** With angle brackets; null where the report does not hold the headers of the letter. */
  readonly messageId: string | null;
  readonly recipient: string;
  /** RFC 3463: `5.1.1`, no such mailbox. */
  readonly status: string;
  /** `temporary`: the server goes on trying, or asks us to; the letter may yet arrive. */
  readonly permanence: 'permanent' | 'temporary';
  /** What the other server said; personal data. */
  readonly words: string;
}

/** Longer answers of servers are cut. */
const WORDS_LENGTH_MAX = 500;

/**
 * Judges one recipient of a delivery report; null where it tells of no trouble (`delivered`, `relayed`, `expanded`) or
 * is unreadable. The action decides and the status does not: a server that says `delayed` with a 5 still tries.
 */
export function judgeReport(fields: ReportFields, messageId: string | null): Bounce | null {
  const action = (fields.action ?? '').trim().toLowerCase();
  const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.status ?? '')?.[1];
  const recipient = addressIn(fields['final-recipient'] ?? fields['original-recipient'] ?? '');
  if (status === undefined || recipient === null || (action !== 'failed' && action !== 'delayed')) return null;
  return {
    messageId,
    recipient,
    status,
    // Some report as failed what they only gave up for now: full mailboxes, 4.x.x. Another letter may get through.
    permanence: action === 'failed' && status.startsWith('5.') ? 'permanent' : 'temporary',
    words: (fields['diagnostic-code'] ?? '').replace(/\s+/g, ' ').trim().slice(0, WORDS_LENGTH_MAX),
  };
}

/** `rfc822; someone@example.org`. */
function addressIn(field: string): string | null {
  const address = field
    .slice(field.indexOf(';') + 1)
    .trim()
    .replace(/^<|>$/g, '');
  return address.includes('@') ? address : null;
}
