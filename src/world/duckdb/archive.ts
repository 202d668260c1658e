import { availableParallelism } from 'node:os';
import type { FactKind } from '../../core/fact/fact.ts';
import { assert } from '../../core/kernel/assert.ts';
import { ok } from '../../core/kernel/result.ts';
import type { ImportCounts, RowCounts } from '../../core/remedy/import.ts';
import type { Archive, Imported, Progress } from '../../flow/ports.ts';
import { refusedByFact } from './contradiction.ts';
import { type Counting, population } from './counting.ts';
import { type Declared, declareFacts, wantedSql } from './declare.ts';
import { draw } from './draw.ts';
import { around, outline, screen } from './holdings.ts';
import { type Database, openDatabase } from './open.ts';
import type { Holdings, Outlined } from './outline.ts';
import { locateIds, rejectedRows } from './rejected.ts';
import { countUnreadable, readSettled } from './settle.ts';
import { similarIds } from './similar.ts';

export interface ArchiveSettings {
  /** DuckDB's own spelling, such as `1GB`; the process as a whole needs some 300 MB more. */
  readonly memory: string;
}

/** More threads share one memory limit: beyond these each has too little to sort in. */
const THREADS_MAX = 8;

/** Facts in files, behind an engine of its own with a private spill folder. `close` removes all that was made. */
export async function openArchive({ memory }: ArchiveSettings): Promise<Archive> {
  const threads = Math.min(availableParallelism(), THREADS_MAX);
  const database = await openDatabase({ memoryLimit: memory, threads, spillFolder: null });
  return archiveOver(database);
}

function archiveOver(database: Database): Archive {
  let declared: Declared | null = null;
  let holdings: Holdings | null = null;
  let counting: Counting | null = null;
  let isOpen = true;
  const opened = (): Declared => {
    assert(declared !== null, 'the archive was asked before it was opened');
    return declared;
  };
  const imported = (): Holdings => {
    assert(holdings !== null, 'the archive was asked before its rows were read');
    return holdings;
  };
  return {
    async open(sources) {
      const result = await declareFacts(database, sources);
      if (!result.ok) return result;
      declared = result.value;
      return ok(null);
    },
    async import(progress) {
      holdings = await readAll(database, opened(), progress);
      return importedOf(opened(), holdings.outlined);
    },
    rejected: () => rejectedOf(opened(), imported()),
    async locate(fact, ids) {
      const declaredFact = opened().facts.find((each) => each.fact === fact);
      return declaredFact === undefined ? new Map() : locateIds(database, opened(), { declaredFact, ids });
    },
    async screen(progress) {
      const screened = await screen(imported(), progress);
      counting = screened.counting;
      return screened.facts;
    },
    around: (id) => around(imported(), id),
    similar: (id) => similarIds(imported(), id),
    population: (findings, progress) => population(imported(), { findings, counting, progress }),
    draw: (request) => draw(imported(), request),
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await counting?.stop();
      database.close();
    },
  };
}

/** A file in which a record turns out to be no row is cleaned and all is read again: see `readSettled`. */
function readAll(database: Database, declared: Declared, progress: Progress): Promise<Holdings> {
  return outline({
    database,
    declared: declared.facts,
    progress,
    settle: (pass) => readSettled(database, declared, pass),
    wantedSql: (fact, wanted) => wantedSql(declared, fact, wanted),
  });
}

function importedOf(declared: Declared, outlined: Outlined): Imported {
  const counts: Partial<Record<FactKind, RowCounts>> = {};
  for (const [fact, rows] of outlined.counts) {
    const unreadable = countUnreadable(declared, fact).reduce((sum, count) => sum + count, 0);
    counts[fact] = { ...rows, read: rows.read + unreadable, rejected: rows.rejected + unreadable };
  }
  return {
    counts: counts satisfies ImportCounts,
    layers: outlined.layers,
    coverage: outlined.coverage,
    notes: declared.notes,
  };
}

async function* rejectedOf(declared: Declared, holdings: Holdings): ReturnType<Archive['rejected']> {
  const refused = await refusedByFact(declared, holdings);
  yield* rejectedRows(holdings.database, declared, { coded: holdings.outlined.coded, refused });
}
