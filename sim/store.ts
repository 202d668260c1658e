import type { Lot } from '../src/core/ledger/lot.ts';
import type { ChargeChange } from '../src/core/live/charge.ts';
import type { LiveStore, RentalEnded, RentalEnding, RentalVoiding } from '../src/flow/ports/store.ts';
import { applyChange, caseOf, insertEvents, insertTransfers } from './store/charges.ts';
import { freeze } from './store/freeze.ts';
import { violatedInvariants } from './store/invariants.ts';
import { parkedUnsaid } from './store/parked.ts';
import {
  claimEvents,
  finishEvent,
  inboxNameOf,
  isWaiting,
  oldestTrace,
  receiveEvent,
  recordLedgerLines,
  recordMovement,
  recordPayments,
} from './store/provider.ts';
import { DueQueue } from './store/queue.ts';
import { endRental, voidRental } from './store/rentals.ts';
import {
  compareText,
  copyRows,
  emptyRows,
  type IntentRow,
  intentName,
  nameOf,
  type Rows,
  require,
} from './store/rows.ts';
import { type Transaction, transact } from './store/transaction.ts';

/** The twin of the database: the same answers, in memory. */
export interface MemoryStore extends LiveStore {
  /** All that it holds, to look at; rows are frozen. */
  rows(): Rows;
  /** What a backup would hold. */
  snapshot(): Rows;
  /** Forgets everything since, as a database does that was restored. */
  restore(snapshot: Rows): void;
}

/**
 * Every method is done at once when it is called: one transaction, all or nothing. What the schema refuses throws
 * `Refused`. Arguments are frozen, and rows are handed out as they are.
 */
export function createMemoryStore(): MemoryStore {
  return new Memory();
}

class Memory implements MemoryStore {
  #rows = emptyRows();
  #due = new DueQueue(this.#rows);
  #waiting = new Set<string>();

  rows(): Rows {
    return this.#rows;
  }

  snapshot(): Rows {
    return copyRows(this.#rows);
  }

  restore(snapshot: Rows): void {
    this.#rows = copyRows(snapshot);
    this.#due = new DueQueue(this.#rows);
    this.#waiting = new Set([...this.#rows.inbox.keys()].filter((name) => isWaiting(this.#rows, name)));
  }

  #write<T>(input: unknown, work: (tx: Transaction) => T): T {
    freeze(input);
    return transact(this.#rows, work);
  }

  /** Intents that changed stand in the queue anew. */
  #queue(names: readonly string[]): void {
    for (const name of names) {
      const row = this.#rows.intents.get(name);
      if (row === undefined) continue;
      freeze(row);
      this.#due.add(name, row);
    }
  }

  async putAccount(...[account]: Parameters<LiveStore['putAccount']>) {
    return this.#write(account, (tx) => put(tx, 'accounts', account.accountId, account));
  }

  async readAccount(accountId: string) {
    return this.#rows.accounts.get(accountId) ?? null;
  }

  async putMarket(...[market]: Parameters<LiveStore['putMarket']>) {
    return this.#write(market, (tx) => put(tx, 'markets', market.market, market));
  }

  async readMarket(market: string) {
    return this.#rows.markets.get(market) ?? null;
  }

  async putPlan(...[plan]: Parameters<LiveStore['putPlan']>) {
    return this.#write(plan, (tx) => {
      const name = nameOf(plan.market, plan.planId, String(plan.validFrom));
      const there = tx.rows.plans.get(name);
      if (there !== undefined) return there.digest === plan.digest ? 'exists' : 'differs';
      require(tx.rows.markets.has(plan.market), 'plan_market_fkey');
      tx.set('plans', name, plan);
      return 'created';
    });
  }

  async readPlan(...[market, planId, at]: Parameters<LiveStore['readPlan']>) {
    let newest = null;
    for (const plan of this.#rows.plans.values()) {
      if (plan.market !== market || plan.planId !== planId || plan.validFrom > at) continue;
      if (newest === null || plan.validFrom > newest.validFrom) newest = plan;
    }
    return newest;
  }

  async readLots(accountId: string, market: string): Promise<readonly Lot[]> {
    const names = this.#rows.lotsOf.get(nameOf(accountId, market)) ?? [];
    return names
      .map((name) => this.#rows.lots.get(name))
      .filter((lot) => lot !== undefined && lot.remaining > 0)
      .map((lot) => freeze(lot as Lot))
      .sort(soonestFirst);
  }

  async grantLot(...[grant]: Parameters<LiveStore['grantLot']>) {
    return this.#write(grant, (tx) => {
      const { lot } = grant;
      const name = nameOf(lot.accountId, lot.lotId);
      const incident = lot.incidentId === null ? null : nameOf(lot.accountId, lot.incidentId);
      if (tx.rows.lots.has(name) || (incident !== null && tx.rows.lotOfIncident.has(incident))) return 'exists';
      require(lot.minutes > 0 && lot.remaining >= 0 && lot.remaining <= lot.minutes, 'lot_remaining_within');
      require(lot.validFrom < lot.expiresAt, 'lot_valid_before_expiry');
      const holder = nameOf(lot.accountId, lot.market);
      tx.set('lots', name, lot);
      tx.set('lotsOf', holder, [...(tx.rows.lotsOf.get(holder) ?? []), name]);
      if (incident !== null) tx.set('lotOfIncident', incident, name);
      insertTransfers(tx, [grant.transfer]);
      insertEvents(tx, [grant.event]);
      return 'created';
    });
  }

  async readLapsedLots(now: number, limit: number) {
    return [...this.#rows.lots.values()]
      .filter((lot) => lot.remaining > 0 && lot.expiresAt <= now)
      .sort(lapsedFirst)
      .slice(0, limit)
      .map(freeze);
  }

  async expireLot(...[expiry]: Parameters<LiveStore['expireLot']>) {
    return this.#write(expiry, (tx) => {
      const name = nameOf(expiry.lot.accountId, expiry.lot.lotId);
      const lot = tx.rows.lots.get(name);
      if (lot === undefined || lot.remaining === 0 || lot.remaining !== expiry.lot.remaining) return 'stale';
      tx.set('lots', name, { ...lot, remaining: 0 });
      insertTransfers(tx, [expiry.transfer]);
      insertEvents(tx, [expiry.event]);
      return 'applied';
    });
  }

  async endRental(ending: RentalEnding): Promise<RentalEnded> {
    const { answer, intents } = this.#write(ending, (tx) => endRental(tx, ending));
    this.#queue(intents);
    return answer;
  }

  async endRentals(endings: readonly RentalEnding[]): Promise<readonly RentalEnded[]> {
    const answers: RentalEnded[] = [];
    for (const ending of endings) answers.push(await this.endRental(ending));
    return answers;
  }

  async readRental(rentalId: string) {
    const newest = this.#rows.rentals.get(rentalId)?.at(-1);
    return newest === undefined ? null : freeze(newest);
  }

  async voidRental(voiding: RentalVoiding) {
    const changed = this.#write(voiding, (tx) => voidRental(tx, voiding));
    if (changed === null) return 'stale';
    this.#queue(changed);
    return 'applied';
  }

  async claim(...[request]: Parameters<LiveStore['claim']>) {
    if (this.#rows.control.get('')?.charging !== 'running') return [];
    return this.#claim(request, () => true);
  }

  async claimOpen(...[request]: Parameters<LiveStore['claim']>) {
    return this.#claim(request, ({ intent }) => intent.state === 'in_flight');
  }

  #claim(request: Parameters<LiveStore['claim']>[0], isWanted: (row: IntentRow) => boolean) {
    const taken = this.#due.take(request.now, request.limit, isWanted);
    return taken.map(([name, row]) => {
      const intent = { ...row.intent, version: row.intent.version + 1 };
      const claimed = freeze({ ...row, intent, leaseUntil: request.leaseUntil });
      this.#rows.intents.set(name, claimed);
      this.#due.add(name, claimed);
      return freeze(caseOf(this.#rows, claimed));
    });
  }

  async readCase(...[key]: Parameters<LiveStore['readCase']>) {
    const row = this.#rows.intents.get(intentName(key));
    return row === undefined ? null : freeze(caseOf(this.#rows, row));
  }

  async readIntents(rentalId: string) {
    const accountId = this.#rows.rentals.get(rentalId)?.[0]?.rental.accountId ?? '';
    const names = this.#rows.intentsOfRental.get(nameOf(accountId, rentalId)) ?? [];
    return names.map((name) => this.#rows.intents.get(name)?.intent).filter((intent) => intent !== undefined);
  }

  async apply(change: ChargeChange) {
    return this.#apply(change);
  }

  async applyAll(changes: readonly ChargeChange[]) {
    return changes.map((change) => this.#apply(change));
  }

  #apply(change: ChargeChange): 'applied' | 'stale' {
    const name = this.#write(change, (tx) => applyChange(tx, change));
    if (name === null) return 'stale';
    this.#queue([name]);
    return 'applied';
  }

  async receiveEvent(...args: Parameters<LiveStore['receiveEvent']>) {
    const answer = this.#write(args[0], (tx) => receiveEvent(tx, args));
    if (answer === 'stored') this.#waiting.add(inboxNameOf(args[0]));
    return answer;
  }

  async claimEvents(...args: Parameters<LiveStore['claimEvents']>) {
    const rows = this.#write(args[0], (tx) => claimEvents(tx, this.#waiting, args));
    return rows.map(({ event, tries, receivedAt }) => ({ event, tries, receivedAt }));
  }

  async finishEvent(...args: Parameters<LiveStore['finishEvent']>) {
    this.#write(args[0], (tx) => finishEvent(tx, args));
    const name = inboxNameOf(args[0].event);
    if (!isWaiting(this.#rows, name)) this.#waiting.delete(name);
  }

  async recordPayments(...args: Parameters<LiveStore['recordPayments']>) {
    this.#write(args[0], (tx) => recordPayments(tx, args));
  }

  async recordLedgerLines(...args: Parameters<LiveStore['recordLedgerLines']>) {
    return this.#write(args[0], (tx) => recordLedgerLines(tx, args));
  }

  async recordMovement(...args: Parameters<LiveStore['recordMovement']>) {
    return this.#write(args[0], (tx) => recordMovement(tx, args));
  }

  async readOldestTrace(...[merchant]: Parameters<LiveStore['readOldestTrace']>) {
    return oldestTrace(this.#rows, [merchant]);
  }

  async readCursor(name: string) {
    return this.#rows.cursors.get(name) ?? null;
  }

  async writeCursor(name: string, to: number) {
    this.#rows.cursors.set(name, Math.max(to, this.#rows.cursors.get(name) ?? to));
  }

  async readControl() {
    const row = this.#rows.control.get('');
    require(row !== undefined, 'control has one row');
    return freeze(row);
  }

  async setControl(...[control]: Parameters<LiveStore['setControl']>) {
    this.#write(control, (tx) => {
      require(control.reason.length > 0 && control.by.length > 0, 'control_reason');
      const was = tx.rows.control.get('')?.charging;
      tx.set('control', '', control);
      const type = control.charging === 'stopped' ? 'charging.stopped' : 'charging.resumed';
      if (was !== control.charging) {
        insertEvents(tx, [{ type, accountId: '', data: { reason: control.reason }, happenedAt: control.at }]);
      }
    });
  }

  async raiseAlarm(...[alarm]: Parameters<LiveStore['raiseAlarm']>) {
    return this.#write(alarm, (tx) => {
      const name = nameOf(alarm.kind, alarm.subject);
      if (tx.rows.alarms.has(name)) return 'exists';
      tx.set('alarms', name, alarm);
      const data = { kind: alarm.kind, subject: alarm.subject };
      insertEvents(tx, [{ type: 'alarm.raised', accountId: '', data, happenedAt: alarm.at }]);
      return 'raised';
    });
  }

  async readAlarm(...[kind, subject]: Parameters<LiveStore['readAlarm']>) {
    return this.#rows.alarms.get(nameOf(kind, subject))?.at ?? null;
  }

  async readParkedUnsaid(limit: number) {
    return parkedUnsaid(this.#rows).slice(0, limit);
  }

  async countAlarms(...[kind, since]: Parameters<LiveStore['countAlarms']>) {
    let count = 0;
    for (const alarm of this.#rows.alarms.values()) if (alarm.kind === kind && alarm.at >= since) count += 1;
    return count;
  }

  async checkInvariants(...[asked]: Parameters<LiveStore['checkInvariants']>) {
    return violatedInvariants(this.#rows, asked);
  }
}

function put<T extends 'accounts' | 'markets'>(
  tx: Transaction,
  table: T,
  key: string,
  value: Parameters<typeof tx.set<T>>[2],
): 'created' | 'updated' | 'exists' {
  const before = tx.rows[table].get(key);
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(value)) return 'exists';
  tx.set<T>(table, key as Parameters<typeof tx.set<T>>[1], value);
  return before === undefined ? 'created' : 'updated';
}

function soonestFirst(one: Lot, other: Lot): number {
  return one.expiresAt - other.expiresAt || one.validFrom - other.validFrom || compareText(one.lotId, other.lotId);
}

function lapsedFirst(one: Lot, other: Lot): number {
  return (
    one.expiresAt - other.expiresAt ||
    compareText(one.accountId, other.accountId) ||
    compareText(one.lotId, other.lotId)
  );
}
