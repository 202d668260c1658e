import { DAY_MS } from '../src/core/kernel/time.ts';
import type { Transfer } from '../src/core/ledger/transfer.ts';
import type { ChargeChange, ObligationKey } from '../src/core/live/charge.ts';
import type {
  BookedLine,
  CaptureMovement,
  LiveStore,
  RentalEnded,
  RentalEnding,
  RentalVoiding,
} from '../src/flow/ports/store.ts';
import type { Alarm } from '../src/flow/ports/world.ts';
import type { Commit } from './database.ts';
import type { Marks } from './marks.ts';
import type { Oracle } from './oracle.ts';
import type { Rows } from './store/rows.ts';

/**
 * Looks at every committed transaction, one by one: what must never stand in the books at any moment. It keeps its own
 * tally and reads nothing back, so that it costs the same for the first transaction and the last.
 */
export interface Monitor {
  onCommit(commit: Commit): void;
  violations(): readonly string[];
  /** After a restore: knows what the database knows now. */
  reset(rows: Rows): void;
}

interface Tally {
  state: string;
  version: number;
  generation: number;
  attemptState: string;
  rightCaptures: number;
  refs: Set<string>;
}

export function createMonitor(parts: {
  readonly marks: Marks;
  readonly oracle: Oracle;
  /** Writes a line of the log. */
  readonly tell: (what: string) => void;
}): Monitor {
  const { marks, oracle } = parts;
  const violations: string[] = [];
  const tallies = new Map<string, Tally>();
  const booked = new Set<string>();
  const violated = (what: string): void => {
    if (violations.length < VIOLATIONS_KEPT) violations.push(what);
  };

  const book = (transfers: readonly Transfer[]): void => {
    for (const one of transfers) {
      marks.hit(`mark:booked.${one.kind}`);
      if (one.amount <= 0n) violated(`INV-7 ${one.kind}:${one.sourceRef} moves ${one.amount}`);
      if (one.debit === one.credit) violated(`INV-7 ${one.kind}:${one.sourceRef} moves in a circle`);
      booked.add(`${one.accountId}/${one.kind}/${one.sourceRef}`);
    }
  };

  const tallyOf = (key: ObligationKey): Tally => {
    const name = nameOf(key);
    let tally = tallies.get(name);
    if (tally === undefined) {
      tally = { state: 'due', version: 0, generation: 0, attemptState: '', rightCaptures: 0, refs: new Set() };
      tallies.set(name, tally);
    }
    return tally;
  };

  const applied = (change: ChargeChange): void => {
    const tally = tallyOf(change.key);
    const name = nameOf(change.key);
    marks.hit(`mark:intent.${tally.state}-${change.state}`);
    parts.tell(`${name} is ${change.state} by ${change.evidence?.observation.detail ?? 'decision'}`);
    if (FINAL.has(tally.state) && !FINAL.has(change.state) && change.state !== 'parked') {
      violated(`${name} went from the final ${tally.state} back to ${change.state}`);
    }
    const { attempt, capture, evidence } = change;
    if (attempt !== null) {
      if (attempt.generation > tally.generation + 1) violated(`${name} skips generation ${tally.generation + 1}`);
      if (attempt.generation === tally.generation + 1) {
        if (tally.generation > 0 && tally.attemptState !== 'failed_final') {
          violated(
            `INV-11 ${name} has generation ${attempt.generation} while ${tally.generation} may still take money`,
          );
        }
        tally.generation = attempt.generation;
        tally.attemptState = 'sent';
        marks.hit(`mark:attempt.generation_${Math.min(attempt.generation, 3)}`);
      }
      if (attempt.generation === tally.generation) {
        if (
          tally.attemptState === 'failed_final' &&
          attempt.state !== 'failed_final' &&
          attempt.state !== 'succeeded'
        ) {
          violated(`INV-11 ${name} revives a failed attempt as ${attempt.state}`);
        }
        tally.attemptState = attempt.state;
      }
      marks.hit(`mark:attempt.${attempt.state}`);
      if (attempt.absentAt.length > 0) marks.hit(`mark:attempt.absent_${Math.min(attempt.absentAt.length, 2)}`);
    }
    if (evidence !== null) {
      const { source, outcome } = evidence.observation;
      marks.hit(`mark:evidence.${source}.${outcome}`);
      if (outcome === 'unknown' && change.state !== tally.state && change.state !== 'parked') {
        violated(`INV-11 ${name} left ${tally.state} for ${change.state} on an unknown outcome`);
      }
      const ageMs = attempt === null ? 0 : evidence.observation.at - attempt.sentAt;
      if (outcome === 'unknown' && change.state === 'parked' && ageMs < PATIENCE_MS) {
        violated(`F4 ${name} waits for a person ${ageMs} ms after it was sent`);
      }
      if (outcome === 'succeeded' && source !== 'answer') marks.hit(`mark:adopted.${source}`);
    }
    if (capture !== null) {
      const isNew = !tally.refs.has(capture.providerRef);
      tally.refs.add(capture.providerRef);
      marks.hit(capture.isSurplus ? 'mark:capture.surplus' : 'mark:capture.right');
      if (isNew && !capture.isSurplus) {
        tally.rightCaptures += 1;
        if (tally.rightCaptures > 1) violated(`INV-1 ${name} has two captures that both count as right`);
      }
      const story = oracle.rental(change.key.rentalId);
      if (story === null) violated(`${name} was never said`);
    }
    tally.state = change.state;
    tally.version = change.version;
    book(change.transfers);
  };

  const ended = (ending: RentalEnding, answer: RentalEnded): void => {
    marks.hit(`mark:rental.${answer.kind}`);
    if (answer.kind !== 'created') return;
    book(ending.transfers);
    if (ending.intent !== null) tallyOf(ending.intent.key).state = ending.intent.state;
    if (ending.record.price.lotUses.length > 0) marks.hit('mark:rental.free_minutes');
    if (ending.intent === null) marks.hit('mark:rental.costs_nothing');
  };

  return {
    onCommit({ method, args, answer }) {
      if (answer === 'stale') marks.hit(`mark:stale.${method}`);
      switch (method) {
        case 'apply':
          if (answer === 'applied') applied(args[0] as ChargeChange);
          break;
        case 'applyAll':
          (args[0] as readonly ChargeChange[]).forEach((change, index) => {
            if ((answer as readonly string[])[index] === 'applied') applied(change);
            else marks.hit('mark:stale.apply');
          });
          break;
        case 'endRental':
          ended(args[0] as RentalEnding, answer as RentalEnded);
          break;
        case 'endRentals':
          (args[0] as readonly RentalEnding[]).forEach((ending, index) => {
            const one = (answer as readonly RentalEnded[])[index];
            if (one !== undefined) ended(ending, one);
          });
          break;
        case 'voidRental':
          if (answer === 'applied') {
            const voiding = args[0] as RentalVoiding;
            marks.hit(voiding.next === null ? 'mark:rental.voided' : 'mark:rental.corrected');
            if (voiding.restored.length > 0) marks.hit('mark:minutes.restored');
            book(voiding.transfers);
            for (const { key } of voiding.intents) tallyOf(key).state = 'voided';
            if (voiding.next !== null) ended(voiding.next, { kind: 'created' });
          }
          break;
        case 'recordMovement':
          marks.hit(`mark:movement.${(args[0] as CaptureMovement).payment.kind}.${String(answer)}`);
          break;
        case 'recordLedgerLines':
          for (const one of args[0] as readonly BookedLine[]) {
            marks.hit(one.accountId === null ? 'mark:ledger_line.of_nobody' : `mark:ledger_line.${one.line.kind}`);
          }
          break;
        case 'raiseAlarm':
          marks.hit(`mark:alarm.${(args[0] as Alarm).kind}`);
          break;
        case 'grantLot':
        case 'expireLot':
        case 'receiveEvent':
          marks.hit(`mark:${method}.${String(answer)}`);
          break;
        case 'finishEvent':
          marks.hit(`mark:event.${(args[0] as Parameters<LiveStore['finishEvent']>[0]).state}`);
          break;
        case 'claim':
          if ((answer as readonly unknown[]).length > 0) marks.hit('mark:claimed');
          break;
        case 'claimOpen':
          if ((answer as readonly unknown[]).length > 0) marks.hit('mark:claimed.while_stopped');
          break;
        default:
      }
    },
    violations: () => violations,
    reset(rows) {
      tallies.clear();
      booked.clear();
      for (const { intent, attempts, captures } of rows.intents.values()) {
        const last = attempts.at(-1);
        tallies.set(nameOf(intent.key), {
          state: intent.state,
          version: intent.version,
          generation: last?.generation ?? 0,
          attemptState: last?.state ?? '',
          rightCaptures: captures.filter(({ capture }) => !capture.isSurplus).length,
          refs: new Set(captures.map(({ capture }) => capture.providerRef)),
        });
      }
      marks.hit('mark:monitor.restored');
    },
  };
}

const FINAL: ReadonlySet<string> = new Set(['succeeded', 'uncollected', 'voided']);

/** So long an unknown outcome is resolved without a person, whatever else: a day less than the policy's patience. */
const PATIENCE_MS = 4 * DAY_MS;

const VIOLATIONS_KEPT = 20;

function nameOf(key: ObligationKey): string {
  return `${key.rentalId}:${key.purpose}:${key.occurrence}`;
}
