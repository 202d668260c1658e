import { open } from 'node:fs/promises';
import type { BankStatement, StatementKind, StatusReport } from '../../core/fact/bank.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { needed } from './read/look.ts';
import { type Folded, foldStatement, statementOf } from './read/statement.ts';
import { type FoldedStatus, foldStatus, statusReportOf } from './read/status.ts';
import { BANK_FILE_BYTES_MAX, readXml, type XmlNode } from './read/xml.ts';
import { type BankRefusal, Refused } from './refusal.ts';

/** What a bank file holds. */
export type BankFile =
  | { readonly kind: 'statements'; readonly statements: readonly BankStatement[] }
  | { readonly kind: 'status'; readonly report: StatusReport };

/**
 * Reads camt.052, camt.053, camt.054 and pain.002, led by the namespace. Hostile files are refused within limits of
 * time and memory (`read/xml.ts`). What does not come out even is read: `checkStatement` says so.
 */
export async function readBankFile(bytes: Uint8Array): Promise<Result<BankFile, BankRefusal>> {
  const read: { message: Message | null } = { message: null };
  try {
    const document = await readXml<Folded | FoldedStatus>(bytes, {
      onRoot: (root) => {
        read.message = messageOf(root);
      },
      fold: (node) => foldFor(read.message, node),
    });
    return ok(fileOf(document, read.message));
  } catch (error) {
    if (error instanceof Refused) return fail(error.refusal);
    throw error;
  }
}

/** As `readBankFile`, for a file on disk; one that is too large is refused before it is read. */
export async function readBankFileAt(path: string): Promise<Result<BankFile, BankRefusal>> {
  const bytes = await readBounded(path);
  return bytes.ok ? readBankFile(bytes.value) : bytes;
}

async function readBounded(path: string): Promise<Result<Uint8Array, BankRefusal>> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > BANK_FILE_BYTES_MAX) {
      const message = `has ${size} bytes; at most ${BANK_FILE_BYTES_MAX} are read. Ask the bank for parts.`;
      return fail({ kind: 'too_large', message });
    }
    return ok(await file.readFile());
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    return fail({ kind: 'not_xml', message });
  }
}

interface Message {
  readonly kind: StatementKind | 'pain.002';
  readonly version: string;
}

/** Official, German (`pain.002.003.03`) and Swiss (`….ch.02.xsd`). */
const NAMESPACE =
  /^(?:urn:iso:std:iso:20022:tech:xsd:|http:\/\/www\.six-interbank-clearing\.com\/de\/)((?:camt|pain)\.\d{3})\.(\d{3})\.(\d{2})(?:\.ch\.\d{2}\.xsd)?$/;

const VERSIONS: Readonly<Record<Message['kind'], { readonly first: string; readonly last: string }>> = {
  'camt.052': { first: '01', last: '08' },
  'camt.053': { first: '02', last: '08' },
  'camt.054': { first: '02', last: '08' },
  'pain.002': { first: '03', last: '12' },
};

function messageOf({ name, namespace }: { readonly name: string; readonly namespace: string }): Message {
  const match = NAMESPACE.exec(namespace);
  if (name !== 'Document' || match === null) {
    const said = namespace === '' ? 'no namespace' : `the namespace ${namespace.slice(0, 80)}`;
    throw new Refused('namespace', `is no message of ISO 20022: it begins with ${name.slice(0, 30)} in ${said}.`);
  }
  const [, kind = '', , version = ''] = match;
  if (!isRead(kind)) {
    throw new Refused('namespace', `is ${kind}; read are ${Object.keys(VERSIONS).join(', ')}.`);
  }
  const { first, last } = VERSIONS[kind];
  if (version < first || version > last) {
    throw new Refused(
      'version',
      `is version ${version} of ${kind}; read are ${first} to ${last}. Ask the bank for one.`,
    );
  }
  return { kind, version };
}

function isRead(kind: string): kind is Message['kind'] {
  return Object.hasOwn(VERSIONS, kind);
}

function foldFor(message: Message | null, node: XmlNode<Folded | FoldedStatus>): Folded | FoldedStatus | null {
  return message?.kind === 'pain.002'
    ? foldStatus(node as XmlNode<FoldedStatus>)
    : foldStatement(node as XmlNode<Folded>);
}

/** The elements that hold statements, within the message and without the `V01` of the first version. */
const STATEMENTS: Readonly<Record<StatementKind, { readonly message: string; readonly statement: string }>> = {
  'camt.052': { message: 'BkToCstmrAcctRpt', statement: 'Rpt' },
  'camt.053': { message: 'BkToCstmrStmt', statement: 'Stmt' },
  'camt.054': { message: 'BkToCstmrDbtCdtNtfctn', statement: 'Ntfctn' },
};

function fileOf(document: XmlNode<Folded | FoldedStatus>, message: Message | null): BankFile {
  if (message === null) throw new Refused('not_xml', 'holds no element: it is no bank file.');
  const { kind, version } = message;
  if (kind === 'pain.002') {
    return { kind: 'status', report: statusReportOf(document as XmlNode<FoldedStatus>, version) };
  }
  const names = STATEMENTS[kind];
  const body = document.children.find(({ name }) => name.replace(/V\d\d$/, '') === names.message);
  const statements = body?.children.filter(({ name }) => name === names.statement) ?? [];
  if (body === undefined || statements.length === 0) {
    throw new Refused('content', `is ${kind} without any ${names.message}/${names.statement}: it says nothing.`);
  }
  const messageId = needed(body, 'GrpHdr/MsgId');
  return {
    kind: 'statements',
    statements: (statements as XmlNode<Folded>[]).map((node) => statementOf(node, { kind, version, messageId })),
  };
}
