import { Refused } from '../refusal.ts';

/** A decoder for one file; `fatal`, so that no broken byte becomes another letter. */
export interface Decoder {
  /** The text of the next piece. */
  decode(bytes: Uint8Array): string;
  /** What was still waiting for more bytes: empty, or the file is cut off. */
  end(): string;
}

const DECLARATION_BYTES = 200;

/**
 * What stands first decides, as XML 1.0 appendix F has it: a byte order mark, then the pattern of `<?xml`, then what
 * the declaration says. Where two of them contradict each other, the file is refused.
 */
export function decoderFor(bytes: Uint8Array): Decoder {
  refuseOtherFormats(bytes);
  const marked = markOf(bytes);
  const declared = declaredEncoding(bytes, marked ?? 'utf-8');
  if (marked === null) return declared === null ? fatal('utf-8') : narrow(bytes, declared);
  if (declared !== null && !marked.startsWith(declared === 'utf-16' ? 'utf-16' : declared)) {
    throw new Refused('encoding', `says that it is ${declared}, but begins as ${marked}. ${ASK}`);
  }
  return fatal(marked);
}

const ASK = 'Ask the bank for UTF-8.';

function narrow(bytes: Uint8Array, declared: string): Decoder {
  if (declared === 'utf-8' || declared === 'us-ascii' || declared === 'ascii') return fatal('utf-8');
  if (declared === 'iso-8859-1' || declared === 'latin1') return latin1();
  if (declared === 'iso-8859-15' || declared === 'windows-1252') return fatal(declared);
  if (declared.startsWith('utf-16')) {
    throw new Refused('encoding', `says that it is ${declared}, but its bytes are not. ${ASK}`);
  }
  const first = String.fromCharCode(...bytes.subarray(0, 1));
  throw new Refused('encoding', `is in ${declared} (it begins with ${first}), which is not read. ${ASK}`);
}

function fatal(label: string): Decoder {
  const decoder = new TextDecoder(label, { fatal: true });
  const refuse = (): never => {
    throw new Refused('encoding', `is not what it says: there are bytes that are no ${label}. ${ASK}`);
  };
  return {
    decode: (bytes) => {
      try {
        return decoder.decode(bytes, { stream: true });
      } catch {
        return refuse();
      }
    },
    end: () => {
      try {
        return decoder.decode();
      } catch {
        return refuse();
      }
    },
  };
}

/** The platform takes ISO-8859-1 for Windows-1252; where the two differ nobody knows which was meant. */
function latin1(): Decoder {
  return {
    decode: (bytes) => {
      if (bytes.some((byte) => byte >= 0x80 && byte <= 0x9f)) {
        throw new Refused('encoding', `says that it is ISO-8859-1, but holds letters of Windows-1252. ${ASK}`);
      }
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    },
    end: () => '',
  };
}

/** Each with the bytes that it begins with; the longer before the shorter. */
const MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xff, 0xfe, 0, 0], 'utf-32'],
  [[0, 0, 0xfe, 0xff], 'utf-32'],
  [[0, 0, 0, 0x3c], 'utf-32'],
  [[0x3c, 0, 0, 0], 'utf-32'],
  [[0x4c, 0x6f, 0xa7, 0x94], 'ebcdic'],
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0x3c, 0, 0x3f, 0], 'utf-16le'],
  [[0, 0x3c, 0, 0x3f], 'utf-16be'],
];

function markOf(bytes: Uint8Array): string | null {
  const mark = MARKS.find(([pattern]) => beginsWith(bytes, pattern))?.[1] ?? null;
  if (mark === 'utf-32' || mark === 'ebcdic') {
    throw new Refused('encoding', `is in ${mark.toUpperCase()}, which is not read. ${ASK}`);
  }
  return mark;
}

/** As the XML declaration says, in lower case; null where it says nothing. */
function declaredEncoding(bytes: Uint8Array, encoding: string): string | null {
  const head = new TextDecoder(encoding).decode(bytes.subarray(0, DECLARATION_BYTES));
  const declaration = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head);
  return declaration?.[1]?.toLowerCase() ?? null;
}

/** What banks and people send in place of a bank's XML, told apart so that the message helps. */
function refuseOtherFormats(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new Refused('not_xml', 'is empty.');
  if (beginsWith(bytes, [0x50, 0x4b]) || beginsWith(bytes, [0x1f, 0x8b])) {
    throw new Refused('packed', 'is packed. Unpack it, and give the files inside.');
  }
  const head = Buffer.from(bytes.subarray(0, DECLARATION_BYTES)).toString('latin1').trimStart();
  if (/^(?:\{1:|:20:)/.test(head)) {
    throw new Refused('mt940', 'is an MT940 statement, whose free texts no two banks fill alike. Ask for camt.053.');
  }
}

function beginsWith(bytes: Uint8Array, pattern: readonly number[]): boolean {
  return pattern.every((byte, at) => bytes[at] === byte);
}
