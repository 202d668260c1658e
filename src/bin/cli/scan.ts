import { basename, dirname, resolve } from 'node:path';
import { FACT_KINDS } from '../../core/fact/fact.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { summarise, toFindingRow } from '../../core/remedy/summary.ts';
import type { Sources } from '../../flow/ports.ts';
import { type Scanned, scan } from '../../flow/remedy.ts';
import { openArchive } from '../../world/duckdb/archive.ts';
import { type OutFolder, openFolder } from '../../world/out/folder.ts';
import type { ReportHead } from '../../world/report/report.ts';
import { type Context, refuse, type SpeechOptions, showProgress } from './context.ts';
import { EXIT_DONE, EXIT_FINDINGS, EXIT_ROWS_REJECTED } from './exit.ts';
import { type SourceOptions, sourceOptionsText } from './sources.ts';
import { summaryText } from './summary-text.ts';
import { withSources } from './with-sources.ts';

export interface ScanOptions extends SourceOptions, SpeechOptions {
  readonly out?: string;
  readonly failOnFindings?: boolean;
}

/** `storno scan`: answers the exit code. Whatever ends it, no half-written file and no open archive stays behind. */
export function runScan(context: Context, options: ScanOptions): Promise<number> {
  return withSources(context, options, (sources) => scanSources(context, options, sources));
}

async function scanSources(context: Context, options: ScanOptions, sources: Sources): Promise<number> {
  const opened = options.out === undefined ? null : openFolder(options.out);
  if (opened !== null && !opened.ok) {
    return refuse(context, options, [{ ...opened.error, file: opened.error.folder }]);
  }
  const folder = opened === null ? null : opened.value;
  if (folder !== null) context.interrupts.onInterrupt(folder.discard);

  const archive = await openArchive({ memory: options.memory });
  const progress = await showProgress(context, options);
  const writing = folder === null ? null : loadWriting();
  try {
    const scanned = await scan({ archive, progress }, sources);
    if (!scanned.ok) return refuse(context, options, scanned.error);
    if (folder !== null) await writing?.then((write) => write(folder, scanned.value, headOf(sources)));
    progress.stop();
    print(context, options, scanned.value.scan);
    return exitCodeOf(scanned.value.scan, options);
  } finally {
    progress.stop();
    folder?.discard();
    await archive.close();
  }
}

type Writing = (folder: OutFolder, scanned: Scanned, head: ReportHead) => Promise<readonly string[]>;

/** Report and files are loaded only where they are wanted, and while the engine reads: the charts take a while. */
async function loadWriting(): Promise<Writing> {
  const [{ renderReport }, { writeScanFiles }] = await Promise.all([
    import('../../world/report/report.ts'),
    import('../../world/out/scan-files.ts'),
  ]);
  return (folder, { scan: found, rejected }, head) =>
    writeScanFiles(folder, { scan: found, rejected: rejected(), report: renderReport(found, head) });
}

/** The report is titled by the folder of the first file. The assumptions already say how files were read. */
function headOf({ files }: Sources): ReportHead {
  const paths = FACT_KINDS.flatMap((fact) => files[fact] ?? []);
  const [first = '.'] = paths;
  return { title: basename(dirname(resolve(first))), files: paths.map((path) => basename(path)), notes: [] };
}

function print({ terminal }: Context, options: ScanOptions, found: Scan): void {
  if (options.json === true) {
    terminal.out(`${JSON.stringify(summarise(found), null, 2)}\n`);
  } else if (options.ndjson === true) {
    for (const finding of found.verdicts.findings) terminal.out(`${JSON.stringify(toFindingRow(finding))}\n`);
  } else {
    terminal.out(
      summaryText({
        scan: found,
        out: options.out ?? null,
        sourceOptions: sourceOptionsText(options),
        withAssumptions: options.verbose === true ? 'shown' : 'hidden',
        style: terminal.style,
      }),
    );
  }
}

function exitCodeOf(found: Scan, options: ScanOptions): number {
  const isProven = found.verdicts.findings.some(({ grade }) => grade === 'proven');
  if (options.failOnFindings === true && isProven) return EXIT_FINDINGS;
  const isRejected = Object.values(found.counts).some(({ rejected }) => rejected > 0);
  return isRejected ? EXIT_ROWS_REJECTED : EXIT_DONE;
}
