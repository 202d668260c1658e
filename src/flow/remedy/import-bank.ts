import type { BankStatement, PaymentStatusLine, StatusReport } from '../../core/fact/bank.ts';
import { assert } from '../../core/kernel/assert.ts';
import { DAY_MS } from '../../core/kernel/time.ts';
import {
  IDENTIFY_DAYS,
  type IdentifiedEntry,
  type KnownEntry,
  takeStatement,
} from '../../core/remedy/identify-entries.ts';
import { movementsOfEntry } from '../../core/remedy/reconcile/movement.ts';
import type { Movement } from '../../core/remedy/reconcile/shape.ts';
import { type BankWord, hearBank } from '../../core/remedy/refund/transfer.ts';
import type { BankDesk } from '../ports/bank.ts';
import type { RefundStore } from '../ports/campaign.ts';
import type { Clock, Digest, Entropy } from '../ports/world.ts';

export interface ImportWorld {
  readonly bank: BankDesk;
  readonly refunds: Pick<RefundStore, 'readRefund' | 'applyRefunds'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly digest: Digest;
  /** Reads statements that were taken before: they could be read then. */
  readStatements(body: Uint8Array): Promise<readonly BankStatement[]>;
}

export interface BankBytes {
  readonly body: Uint8Array;
  readonly sha256: string;
  readonly by: string;
}

/** What an import did. Everything of it done a second time changes nothing. */
export interface Imported {
  readonly kind: 'created' | 'exists';
  readonly movements: number;
  /** Entries that were taken before, in whatever cut. */
  readonly known: number;
  /** Entries that may be new or not: a person decides. */
  readonly ambiguous: readonly IdentifiedEntry[];
  /** Orders of ours that went on by it. */
  readonly heard: number;
}

/** Statements overlap with those of before at most so long ago, twice over. */
const LOOK_BACK_MS = 2 * IDENTIFY_DAYS * DAY_MS;

/** Takes statements of our account, and lets our orders hear of their bookings and returns. */
export async function importStatements(
  world: ImportWorld,
  file: BankBytes,
  statements: readonly BankStatement[],
): Promise<Imported> {
  let known = await readKnown(world);
  const identified: { readonly statement: BankStatement; readonly entries: readonly IdentifiedEntry[] }[] = [];
  for (const statement of statements) {
    const taken = takeStatement(known, statement);
    known = taken.known;
    identified.push({ statement, entries: taken.identified });
  }
  const movements = identified
    .flatMap(({ statement, entries }) => entries.flatMap((one) => newMovements(one, statement)))
    .map((movement) => ({ ...movement, id: nameOf(world, movement) }));
  const [first] = statements;
  assert(first !== undefined, 'a file of statements holds one');
  const kind = await world.bank.takeFile({
    fileId: world.entropy.id('bnk', 'a file from the bank'),
    kind: first.kind,
    messageId: first.messageId.slice(0, MESSAGE_ID_MAX),
    ...file,
    now: world.clock.now(),
    movements,
  });
  const heard = await hearMovements(world);
  const entries = identified.flatMap((one) => one.entries);
  return {
    kind,
    movements: kind === 'created' ? movements.length : 0,
    known: entries.filter(({ standing }) => standing.kind === 'known' || standing.kind === 'resplit').length,
    ambiguous: entries.filter(({ standing }) => standing.kind === 'ambiguous'),
    heard,
  };
}

/** Of the table. */
const MESSAGE_ID_MAX = 100;

function newMovements({ entry, standing }: IdentifiedEntry, statement: BankStatement): readonly Movement[] {
  const day = statement.to ?? statement.closing?.on ?? entry.bookedOn;
  if (standing.kind !== 'new' || day === null) return [];
  return movementsOfEntry(standing.key, entry, day);
}

/** The key of an entry names our account: that belongs into no log and no evidence. Equal keys have equal names. */
function nameOf({ digest }: ImportWorld, { id }: Movement): string {
  return `mov_${digest(id).slice(0, NAME_LENGTH)}`;
}

const NAME_LENGTH = 32;

async function readKnown({ bank, clock, readStatements }: ImportWorld): Promise<readonly KnownEntry[]> {
  let known: readonly KnownEntry[] = [];
  for (const body of await bank.readStatementFiles(clock.now() - LOOK_BACK_MS)) {
    for (const statement of await readStatements(body)) known = takeStatement(known, statement).known;
  }
  return known;
}

/**
 * Lets orders hear of every movement that they have not heard of: of this file, of one whose taker died, of a return
 * that came before its booking did.
 */
async function hearMovements(world: ImportWorld): Promise<number> {
  let heard = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = heard;
    for (const { endToEndId, movementId, kind, code } of await world.bank.readUnheard()) {
      heard += await tell(world, endToEndId, { kind, code, bankRef: movementId, at: world.clock.now() });
    }
    if (heard === before) return heard;
  }
  return heard;
}

/** An order hears of its booking, and then of its return. */
const ROUNDS_MAX = 2;

/** Takes a status report. A status of the whole message is that of each of its orders that has none of its own. */
export async function importStatus(world: ImportWorld, file: BankBytes, report: StatusReport): Promise<Imported> {
  const kind = await world.bank.takeFile({
    fileId: world.entropy.id('bnk', 'a file from the bank'),
    kind: 'pain.002',
    messageId: report.messageId.slice(0, MESSAGE_ID_MAX),
    ...file,
    now: world.clock.now(),
    movements: [],
  });
  let heard = 0;
  const statuses = await statusesOf(world.bank, report);
  for (const [endToEndId, { status, reason }] of statuses) {
    if (status === 'pending') continue;
    heard += await tell(world, endToEndId, { kind: status, code: reason, bankRef: null, at: world.clock.now() });
  }
  return { kind, movements: 0, known: 0, ambiguous: [], heard };
}

/** Our files hold one batch each: what is said of the batch is said of the message. A narrower word wins. */
async function statusesOf(
  bank: Pick<BankDesk, 'readOrdersOf'>,
  { originalMessageId, statuses }: StatusReport,
): Promise<ReadonlyMap<string, PaymentStatusLine>> {
  const words = new Map<string, PaymentStatusLine>();
  const wide = statuses.find(({ scope }) => scope === 'batch') ?? statuses.find(({ scope }) => scope === 'message');
  if (wide !== undefined) for (const id of await bank.readOrdersOf(originalMessageId)) words.set(id, wide);
  for (const line of statuses) if (line.endToEndId !== null) words.set(line.endToEndId, line);
  return words;
}

async function tell({ bank, refunds }: ImportWorld, endToEndId: string, word: BankWord): Promise<number> {
  const order = await bank.readOrder(endToEndId);
  if (order === null) return 0;
  // Somebody may write at the same moment: then it is decided once more.
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const found = await refunds.readRefund(order.key);
    const change = found === null ? null : hearBank(found, order.generation, word);
    if (change === null) return 0;
    const [answer] = await refunds.applyRefunds([change]);
    if (answer === 'applied') return 1;
  }
  return 0;
}

const TRIES_MAX = 5;
