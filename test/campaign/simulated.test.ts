/**
 * Campaigns in the simulator's world over real PostgreSQL: what R01 to R12 name (a remediation that fails the way it
 * repairs), each as a scenario that must hold and with a planted bug that must be seen.
 *
 * STORNO_CAMPAIGN_SEEDS=200 runs as many seeds; STORNO_SEED=n begins there.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../postgres.ts';
import * as planted from './simulated/planted.ts';
import { type CampaignRun, type CampaignSeed, runCampaign } from './simulated/run.ts';

async function run(wish: CampaignSeed): Promise<CampaignRun> {
  const database = await freshDatabase();
  try {
    return await runCampaign(database, wish);
  } finally {
    await database.close();
  }
}

interface Failure {
  readonly id: string;
  readonly wrong: string;
  /** What befalls every refund of the scenario. */
  readonly fate: CampaignSeed['fate'];
  readonly planted: planted.Planted;
  /** How the planted bug is found. */
  readonly found: RegExp;
  readonly seed: number;
}

const FAILURES: readonly Failure[] = [
  {
    id: 'R01',
    wrong: 'both legs refunded',
    fate: 'kept_refunded',
    planted: planted.ONE_LEG_READ,
    found: /both legs were given back/,
    seed: 4,
  },
  {
    id: 'R02',
    wrong: 'refund and dispute',
    fate: 'inquiry',
    planted: planted.DISPUTES_IGNORED,
    found: /sent while a dispute was open/,
    seed: 4,
  },
  {
    id: 'R03',
    wrong: 'run again with a stale list',
    fate: 'nothing',
    planted: planted.STALE_LIST,
    found: /given back \d+ times/,
    seed: 4,
  },
  {
    id: 'R04',
    wrong: 'silence taken for failure',
    fate: 'nothing',
    planted: planted.SILENCE_IS_FAILURE,
    found: /paid, and told as failed/,
    seed: 9,
  },
  {
    id: 'R05',
    wrong: 'only the first one sent',
    fate: 'nothing',
    planted: planted.FIRST_ONLY,
    found: /planned, and never begun/,
    seed: 4,
  },
  {
    id: 'R06',
    wrong: 'a refund that bounced, and nobody was told',
    fate: 'fails_late',
    planted: planted.NEVER_WATCHED,
    found: /told as paid, and the provider has it back/,
    seed: 4,
  },
  {
    id: 'R07',
    wrong: 'goodwill granted twice',
    fate: 'nothing',
    planted: planted.GOODWILL_WITHOUT_KEY,
    found: /was given \d+ minutes/,
    seed: 4,
  },
  {
    id: 'R08',
    wrong: 'a letter that goes out again',
    fate: 'nothing',
    planted: planted.LETTER_AGAIN,
    found: /letter refund_sent went out [2-9] times/,
    seed: 4,
  },
  {
    id: 'R08',
    wrong: 'a letter before the money moved',
    fate: 'nothing',
    planted: planted.TOLD_WHEN_BEGUN,
    found: /went out before the provider had taken the refund/,
    seed: 1,
  },
  {
    id: 'R09',
    wrong: 'the whole charge booked for a part',
    fate: 'nothing',
    planted: planted.WHOLE_CHARGE_BOOKED,
    found: /books \d+ refunded, the provider has/,
    seed: 4,
  },
  {
    id: 'R10',
    wrong: 'more given back than is owed',
    fate: 'refunded_by_hand',
    planted: planted.OTHERS_NOT_COUNTED,
    found: /more was given back than is owed/,
    seed: 4,
  },
  {
    id: 'R11',
    wrong: 'what pays for the rental given back',
    fate: 'nothing',
    planted: planted.REFUND_OF_THE_RENTAL,
    found: /what pays for the rental was given back/,
    seed: 4,
  },
  {
    id: 'R12',
    wrong: 'equal refunds taken for one',
    fate: 'refunded_in_two_equal_parts',
    planted: planted.EQUAL_IS_SAME,
    found: /count as given back elsewhere/,
    seed: 4,
  },
];

const ACCOUNTS = 3;

for (const { id, wrong, fate, planted: bug, found, seed } of FAILURES) {
  test(`${id}, ${wrong}: the campaign holds, and the planted bug is found`, async () => {
    const scenario = { seed, accounts: ACCOUNTS, fate };
    assert.deepEqual((await run({ ...scenario, planted: null })).violations, []);
    const { violations } = await run({ ...scenario, planted: bug });
    assert.ok(
      violations.some((one) => found.test(one)),
      `not seen: ${violations.join('; ')}`,
    );
  });
}

test('R01 to R12 have each a scenario and a planted bug', () => {
  const ids = Array.from({ length: 12 }, (_, at) => `R${String(at + 1).padStart(2, '0')}`);
  assert.deepEqual([...new Set(FAILURES.map(({ id }) => id))], ids);
});

const SEEDS = Number(process.env.STORNO_CAMPAIGN_SEEDS ?? 5);
const FIRST = Number(process.env.STORNO_SEED ?? 1);

test('whatever goes wrong on the way, each liability is discharged once and everybody is told once', async (t) => {
  const toll = { crashes: 0, refunds: 0, faults: new Set<string>() };
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    const { violations, crashes, refunds, faults } = await run({ seed, accounts: 8, fate: null, planted: null });
    assert.deepEqual(violations, [], `again: STORNO_SEED=${seed} STORNO_CAMPAIGN_SEEDS=1`);
    toll.crashes += crashes;
    toll.refunds += refunds;
    for (const fault of faults) toll.faults.add(fault);
  }
  t.diagnostic(`${SEEDS} seeds, ${toll.refunds} refunds, ${toll.crashes} crashes, ${toll.faults.size} kinds of faults`);
});
