import type { Finding } from '../../core/remedy/finding.ts';
import type { Population } from '../../core/remedy/population.ts';
import type { Progress } from '../../flow/ports.ts';
import { type CountedColumn, countColumns } from './bases.ts';
import type { Holdings, Outlined } from './outline.ts';
import { countAttributes, countTotals, type Totals } from './population.ts';
import { samplePart } from './sample.ts';

/** What the engine does on a connection of its own while JavaScript works. Each rejects if the engine was stopped. */
export interface Counting {
  readonly totals: Promise<Totals>;
  readonly columns: Promise<readonly CountedColumn[]>;
  /** Ends the work if it is not done; answers when the connection is closed. */
  stop(): Promise<void>;
}

/**
 * Begins to count all rows, and all attributes of all facts. What reads the files again waits until the cases are
 * gathered; a sample lies in a table and need not.
 */
export async function startCounting(holdings: Holdings, gathered: Promise<void>): Promise<Counting> {
  const connection = await holdings.database.connect();
  const database = { ...holdings.database, connection };
  const isSampled = holdings.declared.every(
    ({ fact }) => fact === 'settlements' || samplePart(fact, holdings.outlined) !== null,
  );
  const totals = countTotals(database, holdings.outlined.layers);
  const columns = Promise.all([totals, isSampled ? null : gathered]).then(() => countColumns(database, holdings));
  // Who awaits `columns` meets the failure there; nobody may, where nothing was found.
  const done = columns.then(
    () => undefined,
    () => undefined,
  );
  return {
    totals,
    columns,
    async stop() {
      connection.interrupt();
      await done;
      connection.closeSync();
    },
  };
}

/** Counts what the findings stand out from. Without findings the attributes do not matter. */
export async function population(
  { database, outlined }: Holdings,
  input: { readonly findings: readonly Finding[]; readonly counting: Counting | null; readonly progress: Progress },
): Promise<Population> {
  const { findings, counting, progress } = input;
  progress.begin('counting the base', null);
  const totals = await (counting?.totals ?? countTotals(database, outlined.layers));
  const columns = findings.length === 0 || counting === null ? [] : await counting.columns;
  const attributes = await countAttributes(database, columns, findings);
  progress.end();
  return { ...totals, attributes, sampled: sampledFacts(outlined) };
}

function sampledFacts(outlined: Outlined): Population['sampled'] {
  const facts = [...outlined.counts.keys()];
  return facts.flatMap((fact) => {
    const part = samplePart(fact, outlined);
    return part === null ? [] : [{ fact, part }];
  });
}
