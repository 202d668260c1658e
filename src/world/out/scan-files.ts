import { writeFile } from 'node:fs/promises';
import type { RejectedRow } from '../../core/remedy/import.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import {
  FINDING_COLUMNS,
  REFUND_COLUMNS,
  REJECTED_COLUMNS,
  summarise,
  toFindingRow,
  toRefundRow,
} from '../../core/remedy/summary.ts';
import type { OutFolder } from './folder.ts';
import { writeCsv, writeJson } from './write.ts';

/** The five files of a scan; all of them are written always, with headers only where there is nothing to say. */
export interface ScanFiles {
  readonly scan: Scan;
  readonly rejected: AsyncIterable<RejectedRow>;
  readonly report: string;
}

/** Writes all five under temporary names and then commits them together. Answers their paths. */
export async function writeScanFiles(folder: OutFolder, files: ScanFiles): Promise<readonly string[]> {
  const { scan } = files;
  await writeJson(folder.stage('summary.json'), summarise(scan));
  await writeCsv(folder.stage('findings.csv'), FINDING_COLUMNS, scan.verdicts.findings.map(toFindingRow));
  await writeCsv(folder.stage('refunds.csv'), REFUND_COLUMNS, scan.refunds.map(toRefundRow));
  await writeCsv(folder.stage('rejected.csv'), REJECTED_COLUMNS, files.rejected);
  await writeFile(folder.stage('report.html'), files.report);
  return folder.commit();
}
