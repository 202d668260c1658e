import { type LiveStore, StoreUnavailable } from '../src/flow/ports/store.ts';
import type { Chance } from './chance.ts';
import type { Marks } from './marks.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { Fault, Swarm } from './swarm.ts';

/** What a transaction was, told to the watch over the books once it is committed. */
export interface Commit {
  readonly method: keyof LiveStore;
  readonly args: readonly unknown[];
  readonly answer: unknown;
}

/** The one database of a run. It can be away, full, restored; processes reach it through `connect`. */
export interface Database {
  connect(process: Process): LiveStore;
  /** Away for everybody until this true time. */
  downUntil: number;
  /** Refuses writes until this true time. */
  fullUntil: number;
}

const READS: ReadonlySet<string> = new Set([
  'readAccount',
  'readMarket',
  'readPlan',
  'readLots',
  'readLapsedLots',
  'readRental',
  'readCase',
  'readIntents',
  'readCursor',
  'readOldestTrace',
  'readAlarm',
  'readParkedUnsaid',
  'readControl',
  'checkInvariants',
]);

export function createDatabase(parts: {
  readonly store: () => LiveStore;
  readonly scheduler: Scheduler;
  readonly swarm: Swarm;
  readonly chance: Chance;
  readonly marks: Marks;
  readonly calm: () => boolean;
  readonly onCommit: (commit: Commit) => void;
}): Database {
  const { scheduler, swarm, chance, marks } = parts;
  const fires = (fault: Fault): boolean => {
    if (parts.calm() || !chance.happens(swarm.probability[fault])) return false;
    marks.hit(`fault:${fault}`);
    return true;
  };
  const database: Database = {
    downUntil: 0,
    fullUntil: 0,
    connect(process) {
      const connection = new Map<string, (...args: unknown[]) => Promise<unknown>>();
      const call = async (method: keyof LiveStore, args: readonly unknown[]): Promise<unknown> => {
        if (database.downUntil > scheduler.now()) throw new StoreUnavailable('the database is away');
        if (READS.has(method)) {
          if (fires('store_lost_before')) throw new StoreUnavailable('connection lost');
          return run(parts.store(), method, args);
        }
        if (database.fullUntil > scheduler.now()) throw new StoreUnavailable('no space left on device');
        if (fires('store_lost_before')) throw new StoreUnavailable('connection lost before commit');
        if (fires('store_conflict')) marks.hit('store:retried_40001');
        const answer = await run(parts.store(), method, args);
        parts.onCommit({ method, args, answer });
        if (fires('store_lost_after')) throw new StoreUnavailable('connection lost inside commit');
        return answer;
      };
      return new Proxy({} as LiveStore, {
        get(_, method) {
          if (typeof method !== 'string') return undefined;
          let bound = connection.get(method);
          if (bound === undefined) {
            const name = method as keyof LiveStore;
            bound = (...args) => scheduler.effect(process, `store.${name}`, () => call(name, args));
            connection.set(method, bound);
          }
          return bound;
        },
      });
    },
  };
  return database;
}

function run(store: LiveStore, method: keyof LiveStore, args: readonly unknown[]): Promise<unknown> {
  return (store[method] as (...args: readonly unknown[]) => Promise<unknown>).call(store, ...args);
}
