import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../../core/kernel/assert.ts';
import { money, sayMoney } from '../../../core/kernel/money.ts';
import { sayInstant } from '../../../core/kernel/time.ts';
import type { Incident } from '../../../core/remedy/incident.ts';
import { type OpenRequest, openIncident } from '../../../flow/remedy/open-incident.ts';
import { scan } from '../../../flow/remedy.ts';
import { openArchive } from '../../../world/duckdb/archive.ts';
import { openFolder } from '../../../world/out/folder.ts';
import { writeScanFiles } from '../../../world/out/scan-files.ts';
import { renderReport } from '../../../world/report/report.ts';
import { SILENT } from '../progress.ts';
import { type House, MERCHANT } from './house.ts';
import { exportLayers, type People, type RemedyOffice } from './office.ts';

type Tell = (sentence: string) => void;

/** Memory of the engine: the history is small. */
const MEMORY = '512MB';

/** Scans the live database, writes the report, and freezes what was found as an incident. */
export async function find(house: House, office: RemedyOffice, { anna }: People, tell: Tell): Promise<Incident> {
  const layers = join(house.folder, 'facts');
  mkdirSync(layers);
  const { files } = await exportLayers(house, layers);
  const sources = { files, map: null, timeZone: null };
  await report(house, sources, tell);
  const request = {
    sources,
    source: 'database' as const,
    files: [],
    title: 'Drives of 10 to 13 November charged twice',
    merchant: MERCHANT,
    lookBack: null,
    actor: anna,
  };
  const opened = await open(office, request);
  assert(opened.ok, 'the incident of the demonstration is opened');
  const again = await open(office, request);
  assert(again.ok && again.value.kind === 'exists', 'the same findings are the same incident');
  const { incident, sample } = opened.value;
  tell(
    `Anna freezes it as ${incident.incidentId}: ${incident.findings} findings of ${incident.accounts} customers under one digest, and ${sample} drives outside of it that somebody must look at.`,
  );
  return incident;
}

async function open(office: RemedyOffice, request: OpenRequest) {
  const archive = await openArchive({ memory: MEMORY });
  try {
    return await openIncident({ ...office.casework, archive, progress: SILENT }, request);
  } finally {
    await archive.close();
  }
}

async function report(house: House, sources: Parameters<typeof scan>[1], tell: Tell): Promise<void> {
  const archive = await openArchive({ memory: MEMORY });
  const folder = openFolder(join(house.folder, 'report'));
  assert(folder.ok, 'the folder of the demonstration is its own');
  try {
    const scanned = await scan({ archive, progress: SILENT }, sources);
    assert(scanned.ok, 'the live database can be scanned');
    const { scan: found, rejected } = scanned.value;
    const head = { title: 'Milan, November 2014', files: ['the live database'], notes: [] };
    await writeScanFiles(folder.value, { scan: found, rejected: rejected(), report: renderReport(found, head) });
    const { incident, causes } = found.diagnosis;
    const due = found.refunds.reduce((sum, line) => sum + line.refundDue.amountMinor, 0n);
    tell(
      `Nobody has complained yet. ${found.verdicts.findings.length} charges too many, ${sayMoney(money(due, 'EUR'))} to give back.`,
    );
    if (incident !== null && incident.from !== null && incident.to !== null) {
      tell(`The drives ended ${sayInstant(incident.from)} to ${sayInstant(incident.to)}.`);
    }
    const [first, second] = causes;
    if (first !== undefined) {
      tell(`Why: ${first.id} ${first.name}. ${second === undefined ? '' : `Next best: ${second.id} ${second.name}.`}`);
    }
  } finally {
    folder.value.discard();
    await archive.close();
  }
}

/** A person looks at the drives outside, reviews what a machine may not pay, and says who prevents it from now on. */
export async function look(
  { casework }: RemedyOffice,
  { anna }: People,
  incident: Incident,
  tell: Tell,
): Promise<void> {
  const { incidentId } = incident;
  const file = await casework.casework.readCaseFile(incidentId);
  const signature = { by: anna.staffId, at: casework.clock.now() };
  for (const { accountId, rentalId, evidence } of file.sample) {
    const payments = (evidence.payments ?? []) as readonly { readonly kind: string; readonly status: string }[];
    const taken = payments.filter(({ kind, status }) => kind === 'charge' && status === 'succeeded').length;
    const verdict = taken <= 1 ? 'clean' : 'affected';
    await casework.casework.lookOutside({
      incidentId,
      accountId,
      rentalId,
      verdict,
      note: `${taken} charge`,
      signature,
    });
  }
  for (const { measure } of file.preventions) {
    const prevention = {
      measure,
      owner: 'billing team',
      test: 'test/sim, planted bug new-key-per-send',
      state: 'done',
    } as const;
    await casework.casework.recordPrevention(incidentId, prevention, signature);
  }
  tell(
    `She looks at the ${file.sample.length} drives outside: each was charged once. ${file.silent} of the affected never said a word. ${file.preventions.length} measures have an owner and a test.`,
  );
}
