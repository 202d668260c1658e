import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../../core/kernel/assert.ts';
import { utcDayOf } from '../../../core/kernel/day.ts';
import { sayMoney } from '../../../core/kernel/money.ts';
import { keyOf } from '../../../core/remedy/verify/manifest.ts';
import { verifyPack } from '../../../core/remedy/verify.ts';
import { closeIncident } from '../../../flow/remedy/close-incident.ts';
import { prove } from '../../../flow/remedy/prove.ts';
import { countUnexplained, reconcileIncident } from '../../../flow/remedy/reconcile-incident.ts';
import { openAuditLog } from '../../../world/postgres/audit/log.ts';
import { readProof } from '../../../world/postgres/proof/read.ts';
import { packPress } from '../../../world/proof/press.ts';
import { openPack } from '../../../world/proof/read.ts';
import { openSigner, proofTools, readPublicKey } from '../../../world/proof/signing-key.ts';
import { dataPlace, type House } from './house.ts';
import type { People, RemedyOffice } from './office.ts';

type Tell = (sentence: string) => void;

export async function close(
  { casework, bank }: RemedyOffice,
  { anna }: People,
  incidentId: string,
  tell: Tell,
): Promise<void> {
  const asOf = utcDayOf(casework.clock.now());
  const closed = await closeIncident(casework, {
    incidentId,
    actor: anna,
    countUnexplained: async (id) => countUnexplained(await reconcileIncident(bank, { incidentId: id, asOf })),
  });
  assert(closed.ok, `the incident closes: ${closed.ok ? '' : JSON.stringify(closed.error)}`);
  const remains = closed.value.remains.map(({ owed, accounts }) => `${sayMoney(owed)} of ${accounts} customers`);
  tell(
    remains.length === 0
      ? 'The incident is closed: nothing remains unpaid.'
      : `The incident is closed. What remains unpaid is listed: ${remains.join(', ')}.`,
  );
}

/** One signed file, and a verifier that needs neither this database nor this machine. */
export async function proveAndVerify(house: House, incidentId: string, tell: Tell): Promise<void> {
  const data = dataPlace(house.folder);
  const world = {
    audit: openAuditLog(house.pool('storno_worker')),
    clock: house.clock,
    openSigner: () => openSigner({ STORNO_DATA_DIR: data }),
    proof: readProof(house.pool('storno_auditor')),
    press: packPress,
  };
  const proved = await prove(world, incidentId);
  assert(proved.ok, `the incident is proved: ${proved.ok ? '' : JSON.stringify(proved.error)}`);
  const path = join(house.folder, 'pack.zip');
  writeFileSync(path, proved.value.bytes);
  const intact = await verify(path);
  assert(
    intact.every(({ passed }) => passed),
    `the pack holds: ${JSON.stringify(intact.filter(({ passed }) => !passed))}`,
  );
  const bytes = proved.value.bytes.slice();
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  const forged = join(house.folder, 'forged.zip');
  writeFileSync(forged, bytes);
  const caught = (await verify(forged)).filter(({ passed }) => !passed);
  assert(caught.length > 0, 'a changed byte is found');
  tell(
    `pack.zip: facts, decisions, journal, receipts, in ${Math.round(bytes.length / 1024)} kB, signed. All ${intact.length} checks pass, without a database. In forged.zip one bit is another: found.`,
  );
}

async function verify(path: string) {
  const opened = await openPack(path);
  if (!opened.ok) return [{ name: 'the file is an evidence pack', passed: false, seen: opened.error }];
  const brought = keyOf(opened.value);
  const keys = brought === null ? [] : [readPublicKey(brought, 'the pack')];
  return verifyPack({ files: opened.value, tools: proofTools(keys), elsewhere: [] });
}
