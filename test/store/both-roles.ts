import type { LiveStore } from '../../src/flow/ports/store.ts';

/**
 * The store of the API and that of the worker as one: each method goes to the role that the program gives it to, so
 * that a right that is missing shows in the tests.
 */
export function bothRoles(api: LiveStore, worker: LiveStore): LiveStore {
  const { claim, claimOpen, apply, applyAll, claimEvents, finishEvent, recordPayments } = worker;
  const { readAlarm, readOldestTrace, readParkedUnsaid } = worker;
  const { recordLedgerLines, recordMovement, readCursor, writeCursor, raiseAlarm, readLapsedLots, expireLot } = worker;
  return {
    ...api,
    claim,
    claimOpen,
    readAlarm,
    readOldestTrace,
    readParkedUnsaid,
    apply,
    applyAll,
    claimEvents,
    finishEvent,
    recordPayments,
    recordLedgerLines,
    recordMovement,
    readCursor,
    writeCursor,
    raiseAlarm,
    readLapsedLots,
    expireLot,
  };
}
