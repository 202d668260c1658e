import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { censusOf } from '../../../test/census.ts';
import { withDatabase, withFolder } from '../../../test/import/files.ts';
import { adjudicate } from '../../core/remedy/adjudicate.ts';
import type { RejectedRow } from '../../core/remedy/import.ts';
import { makeScenario } from '../../core/scenario/scenario.ts';
import type { Archive, Sources } from '../../flow/ports.ts';
import { openFolder } from '../out/folder.ts';
import { writeScenarioFiles } from '../out/scenario-files.ts';
import { openArchive } from './archive.ts';
import { declareFacts } from './declare.ts';
import { OPTIMIZERS_OFF } from './holdings.ts';
import { queryRows } from './open.ts';

const SILENT = { begin() {}, advance() {}, end() {} };
const HEADER = 'payment_id,kind,account_id,rental_id,status,amount,currency,created_at';

test('the same record again is repeated, a final one replaces a pending one, anything else is rejected', async () => {
  await withFolder(async (folder) => {
    const first = folder.write(
      'first.csv',
      `${HEADER}
p1,charge,a,r1,succeeded,14.50,EUR,2026-03-01T10:00:00Z
p2,charge,a,r1,pending,14.50,EUR,2026-03-01T10:05:00Z
p3,charge,b,r2,succeeded,9.00,EUR,2026-03-01T11:00:00Z
`,
    );
    const second = folder.write(
      'second.csv',
      `${HEADER}
p1,charge,a,r1,succeeded,14.50,EUR,2026-03-01T10:00:00Z
p2,charge,a,r1,succeeded,14.50,EUR,2026-03-01T10:05:00Z
p3,charge,b,r2,succeeded,19.00,EUR,2026-03-01T11:00:00Z
p3,charge,b,r2,failed,9.00,EUR,2026-03-01T11:00:00Z
p2,charge,a,r1,pending,14.50,EUR,2026-03-01T10:05:00Z
`,
    );
    await withArchive({ payments: [first, second] }, async (archive) => {
      const { counts } = await archive.import(SILENT);
      assert.deepEqual(counts.payments, { read: 8, used: 3, repeated: 3, rejected: 2 });
      assert.deepEqual(await all(archive.rejected()), [
        {
          file: second,
          line: 4,
          column: 'amount',
          value: '19.00',
          reason: `payment_id p3 stands in ${first} line 4 with amount 9.00; here 19.00. One record cannot say both: that one was used.`,
        },
        {
          file: second,
          line: 5,
          column: 'status',
          value: 'failed',
          reason: `payment_id p3 stands in ${first} line 4 with status succeeded; here failed. One record cannot say both: that one was used.`,
        },
      ]);
      const facts = await archive.screen(SILENT);
      assert.deepEqual(facts.payments.map(({ paymentId, status }) => `${paymentId} ${status}`).toSorted(), [
        'p1 succeeded',
        'p2 succeeded',
      ]);
      const [finding] = adjudicate(facts).findings;
      assert.equal(finding?.paymentId, 'p2');
    });
  });
});

test('a settlement line is the same only with its payment, amount and time', async () => {
  await withFolder(async (folder) => {
    const payments = folder.write('p.csv', `${HEADER}\np1,charge,a,r1,succeeded,14.50,EUR,2026-03-01T10:00:00Z\n`);
    const settlements = folder.write(
      's.csv',
      `line_id,payment_id,amount,currency,booked_at,file
l1,p1,14.50,EUR,2026-03-02T00:00:00Z,one
l1,p1,14.50,EUR,2026-03-02T00:00:00Z,two
l1,p1,14.50,EUR,2026-03-03T00:00:00Z,three
`,
    );
    await withArchive({ payments: [payments], settlements: [settlements] }, async (archive) => {
      const { counts } = await archive.import(SILENT);
      assert.deepEqual(counts.settlements, { read: 3, used: 2, repeated: 1, rejected: 0 });
      const { findings } = adjudicate(await archive.screen(SILENT));
      assert.deepEqual(
        findings.map((finding) => finding.class),
        ['acquirer_duplicate'],
      );
    });
  });
});

test('around an id stand its rental, its payments and those of its account, and nothing else', async () => {
  await withFolder(async (folder) => {
    const payments = folder.write(
      'p.csv',
      `${HEADER}
p1,charge,a,r1,succeeded,14.50,EUR,2026-03-01T10:00:00Z
p2,charge,a,r2,succeeded,9.00,EUR,2026-03-02T10:05:00Z
p3,charge,b,r3,succeeded,9.00,EUR,2026-03-02T10:06:00Z
`,
    );
    await withArchive({ payments: [payments] }, async (archive) => {
      await archive.import(SILENT);
      await archive.screen(SILENT);
      const idsAround = async (id: string) => (await archive.around(id)).payments.map(({ paymentId }) => paymentId);
      assert.deepEqual(await idsAround('r1'), ['p1', 'p2']);
      assert.deepEqual(await idsAround('p3'), ['p3']);
      assert.deepEqual(await idsAround('nobody'), []);
    });
  });
});

test('the population counted in files is the one counted in memory', async () => {
  const scenario = makeScenario({ cause: 'C08', accounts: 120, seed: 3 });
  await withFolder(async (folder) => {
    const path = join(folder.path, 'scenario');
    const opened = openFolder(path);
    assert.ok(opened.ok);
    await writeScenarioFiles(opened.value, scenario);
    const files = Object.fromEntries(
      ['rentals', 'payments', 'charges', 'settlements'].map((fact) => [fact, [join(path, `${fact}.csv`)]]),
    );
    await withArchive(files, async (archive) => {
      await archive.import(SILENT);
      const { findings } = adjudicate(await archive.screen(SILENT));
      assert.ok(findings.length > 0);
      const counted = await archive.population(findings, SILENT);
      const expected = censusOf(scenario.facts, findings);
      assert.deepEqual({ ...counted, attributes: [] }, { ...expected, attributes: [] });
      for (const base of expected.attributes) {
        const own = counted.attributes.find(({ fact, name }) => fact === base.fact && name === base.name);
        assert.ok(own !== undefined, `${base.fact} ${base.name}`);
        const { values, ...spread } = own;
        const { values: known, ...whole } = base;
        assert.deepEqual(spread, whole);
        for (const [value, count] of values) if (known.has(value)) assert.equal(count, known.get(value), value);
        assert.equal(values.size, known.size, base.name);
      }
    });
  });
});

test('without findings no attribute is counted', async () => {
  await withFolder(async (folder) => {
    const payments = folder.write(
      'p.csv',
      `${HEADER},worker\np1,charge,a,r1,succeeded,9.00,EUR,2026-03-01T10:00:00Z,w\n`,
    );
    await withArchive({ payments: [payments] }, async (archive) => {
      await archive.import(SILENT);
      const facts = await archive.screen(SILENT);
      assert.deepEqual(facts.payments, []);
      const population = await archive.population([], SILENT);
      assert.deepEqual(population.attributes, []);
      assert.equal(population.chargesSucceeded, 1);
    });
  });
});

test('rows of a view pass no join on their way: behind a parallel join they have no order', async () => {
  await withFolder(async (folder) => {
    const payments = folder.write('p.csv', `${HEADER}\np1,charge,a,r1,succeeded,9.00,EUR,2026-03-01T10:00:00Z\n`);
    await withDatabase(async (database) => {
      await database.connection.run(`set disabled_optimizers = '${OPTIMIZERS_OFF.join(',')}'`);
      const declared = await declareFacts(database, { files: { payments: [payments] }, map: null, timeZone: null });
      assert.ok(declared.ok);
      const plan = await queryRows(database, 'explain select row_number() over (), * from payments_row');
      assert.doesNotMatch(String(plan.map((row) => row[1])), /JOIN/);
    });
  });
});

async function withArchive(files: Sources['files'], use: (archive: Archive) => Promise<void>): Promise<void> {
  const archive = await openArchive({ memory: '256MB' });
  try {
    const opened = await archive.open({ files, map: null, timeZone: null });
    assert.ok(opened.ok, opened.ok ? '' : opened.error.map(({ message }) => message).join('\n'));
    await use(archive);
  } finally {
    await archive.close();
  }
}

async function all(rows: AsyncIterable<RejectedRow>): Promise<readonly RejectedRow[]> {
  const list: RejectedRow[] = [];
  for await (const row of rows) list.push(row);
  return list;
}
