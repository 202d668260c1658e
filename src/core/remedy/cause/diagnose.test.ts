/**
 * Every made-up cause must come first and its window must be right to the quarter hour: with rentals and payments only,
 * with all four layers, under other column names, without any further column, and with a tenth of unrelated doubles.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { censusOf } from '../../../../test/census.ts';
import type { Attributes } from '../../fact/fact.ts';
import type { Facts } from '../../fact/facts.ts';
import { type Instant, MINUTE_MS, toRfc3339 } from '../../kernel/time.ts';
import { makeScenario, SCENARIO_CAUSES, type ScenarioCause } from '../../scenario/scenario.ts';
import { adjudicate } from '../adjudicate.ts';
import { diagnose } from '../cause.ts';
import type { Diagnosis } from './diagnosis.ts';

type Scenario = ReturnType<typeof makeScenario>;

type Given = 'rentals and payments' | 'all four layers';
const GIVEN: readonly Given[] = ['rentals and payments', 'all four layers'];
const WRONG_CAUSES = SCENARIO_CAUSES.filter((cause) => cause !== 'none');

function giving(facts: Facts, given: Given): Facts {
  if (given === 'all four layers') return facts;
  return {
    ...facts,
    charges: [],
    settlements: [],
    layers: { rentals: true, charges: false, settlements: false },
    coverage: { ...facts.coverage, chargesCreated: null, settlementsBooked: null },
  };
}

/** The same facts under other attributes. */
function describing(facts: Facts, describe: (attributes: Attributes) => Attributes): Facts {
  const described = <Fact extends { readonly attributes: Attributes }>(fact: Fact): Fact => ({
    ...fact,
    attributes: describe(fact.attributes),
  });
  return {
    ...facts,
    rentals: facts.rentals.map(described),
    payments: facts.payments.map(described),
    charges: facts.charges.map(described),
    settlements: facts.settlements.map(described),
  };
}

/** As an Italian or German operator's exports may call them; some say nothing. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  session_id: 'Sitzung',
  device: 'geraetId',
  worker: 'podName',
  host: 'Rechner',
  job_run: 'Abrechnungslauf',
  batch: 'lotto',
  file_sequence: 'lfd_sequence',
  message_id: 'eventId',
  delivery_count: 'ApproximateReceiveCount',
  actor: 'createdBy',
  app_version: 'releaseTag',
  source: 'Quelle',
  merchant_account: 'esercente_mid',
  environment: 'apiKeyMode',
  card: 'carta',
  method: 'Zahlungsart',
  note: 'Bemerkung',
  utc_offset: 'fuso_orario',
  response_ms: 'elapsedMillis',
  comms_lost: 'x7',
};

const DESCRIPTIONS: Readonly<Record<string, (attributes: Attributes) => Attributes>> = {
  'as exported': (attributes) => attributes,
  'under other names': (attributes) =>
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [OTHER_NAMES[name] ?? name, value])),
  'without further columns': () => ({}),
};

function diagnosisOf(facts: Facts): Diagnosis {
  const { findings } = adjudicate(facts);
  return diagnose({ findings, population: censusOf(facts, findings), layers: facts.layers });
}

/** Whether these layers can show the incident at all. */
function shows(facts: Facts, { truth }: Scenario): boolean {
  return truth.layersNeeded.every((layer) => facts.layers[layer]);
}

function sameQuarterHour(one: Instant | null | undefined, other: Instant | null | undefined): boolean {
  if (one == null || other == null) return one == null && other == null;
  return Math.floor(one / (15 * MINUTE_MS)) === Math.floor(other / (15 * MINUTE_MS));
}

function windowIsRight({ incident }: Diagnosis, { truth }: Scenario): boolean {
  return (
    sameQuarterHour(incident?.chargedFrom, truth.incident?.charged.from) &&
    sameQuarterHour(incident?.chargedTo, truth.incident?.charged.to) &&
    sameQuarterHour(incident?.from, truth.incident?.ended?.from) &&
    sameQuarterHour(incident?.to, truth.incident?.ended?.to)
  );
}

/** One line for everything that a diagnosis gets wrong; empty where it is right. */
function faultsOf(diagnosis: Diagnosis, scenario: Scenario): readonly string[] {
  const { cause } = scenario.truth;
  const [first, second] = diagnosis.causes;
  const ranked = diagnosis.causes.map(({ id, score }) => `${id} ${score}`).join(', ');
  const { incident } = diagnosis;
  const found = [incident?.chargedFrom, incident?.chargedTo, incident?.from, incident?.to]
    .map((at) => (at == null ? 'none' : toRfc3339(at)))
    .join(' ');
  return [
    ...(first?.id === cause ? [] : [`another cause first: ${ranked}`]),
    ...(second === undefined ? ['no runner-up'] : []),
    ...(windowIsRight(diagnosis, scenario) ? [] : [`window ${found}`]),
  ];
}

const SIZES = [
  { accounts: 250, seeds: [1, 2] },
  { accounts: 600, seeds: [3] },
] as const;

for (const [how, describe] of Object.entries(DESCRIPTIONS)) {
  test(`every cause comes first and its window is right, ${how}`, () => {
    const faults: string[] = [];
    let diagnosed = 0;
    for (const { cause, accounts, seed } of orders()) {
      const scenario = makeScenario({ cause, accounts, seed });
      for (const given of GIVEN) {
        const facts = describing(giving(scenario.facts, given), describe);
        if (!shows(facts, scenario)) continue;
        diagnosed += 1;
        for (const fault of faultsOf(diagnosisOf(facts), scenario)) {
          faults.push(`${cause} seed ${seed}, ${accounts} accounts, ${given}: ${fault}`);
        }
      }
    }
    assert.deepEqual(faults, []);
    // 26 causes, three of them visible with all layers only, in three histories each.
    assert.equal(diagnosed, 3 * (26 + 23));
  });
}

function* orders(): Generator<{ readonly cause: ScenarioCause; readonly accounts: number; readonly seed: number }> {
  for (const cause of WRONG_CAUSES) {
    for (const { accounts, seeds } of SIZES) for (const seed of seeds) yield { cause, accounts, seed };
  }
}

test('a tenth of unrelated doubles changes neither cause nor window', () => {
  const faults: string[] = [];
  for (const cause of WRONG_CAUSES) {
    const quiet = makeScenario({ cause, accounts: 500, seed: 4 });
    const strays = Math.round(quiet.truth.findings.length / 10);
    const scenario = makeScenario({ cause, accounts: 500, seed: 4, strays });
    for (const fault of faultsOf(diagnosisOf(scenario.facts), scenario)) faults.push(`${cause}: ${fault}`);
  }
  assert.deepEqual(faults, []);
});

test('strays outside are counted, not swallowed', () => {
  const scenario = makeScenario({ cause: 'C08', accounts: 400, seed: 1, strays: 15 });
  const { incident } = diagnosisOf(giving(scenario.facts, 'rentals and payments'));
  const after = scenario.truth.findings.filter((finding) => finding.stray).length;
  assert.equal(after, 15);
  assert.ok(incident !== null && incident.outside >= 14, `${incident?.outside} outside`);
});

test('nothing wrong has no cause and no incident', () => {
  for (const given of GIVEN) {
    const scenario = makeScenario({ cause: 'none', accounts: 300, seed: 1 });
    assert.deepEqual(diagnosisOf(giving(scenario.facts, given)), { incident: null, causes: [], cannotTell: [] });
  }
});

test('a handful of findings is said to be one, with low scores', () => {
  const { facts } = makeScenario({ cause: 'C08', accounts: 300, seed: 1 });
  const { findings } = adjudicate(facts);
  for (const count of [1, 2, 3]) {
    const few = findings.slice(0, count);
    const diagnosis = diagnose({ findings: few, population: censusOf(facts, few), layers: facts.layers });
    assert.equal(diagnosis.incident?.inside, count);
    assert.ok(diagnosis.causes.length >= 2);
    assert.ok(diagnosis.causes.every((cause) => cause.score <= 0.5 && /^Only \d cases?: too few/.test(cause.evidence)));
    assert.match(diagnosis.cannotTell.join(' '), /not show a pattern/);
  }
});

test('the window stands without rentals, and knows no end of drives then', () => {
  const scenario = makeScenario({ cause: 'C06', accounts: 500, seed: 2, strays: 8 });
  const facts: Facts = {
    ...giving(scenario.facts, 'rentals and payments'),
    rentals: [],
    layers: { rentals: false, charges: false, settlements: false },
  };
  const { incident, causes } = diagnosisOf(facts);
  assert.equal(causes[0]?.id, 'C06');
  assert.deepEqual([incident?.from, incident?.to], [null, null]);
  assert.ok(sameQuarterHour(incident?.chargedFrom, scenario.truth.incident?.charged.from));
  assert.ok(sameQuarterHour(incident?.chargedTo, scenario.truth.incident?.charged.to));
});

test('what two causes have in common is admitted, with the file that would help', () => {
  const scenario = makeScenario({ cause: 'C12', accounts: 500, seed: 1 });
  const bare = describing(giving(scenario.facts, 'rentals and payments'), () => ({}));
  const { causes, cannotTell } = diagnosisOf(bare);
  assert.ok((causes[0]?.score ?? 1) - (causes[1]?.score ?? 0) < 0.15, causes.map((each) => each.score).join(' '));
  assert.match(cannotTell.join('\n'), /charges file \(our own books\).* would tell C\d\d/);
});

test('the evidence of the origin case says slope, coverage, length and keys in numbers', () => {
  const { facts } = makeScenario({ cause: 'C08', accounts: 700, seed: 1 });
  const evidence = diagnosisOf(giving(facts, 'rentals and payments')).causes[0]?.evidence ?? '';
  assert.match(evidence, /slope -1\.0\d|slope -0\.9\d/);
  assert.match(evidence, /\d+(\.\d)?% of the rentals that ended from 2014-11-\d\d \d\d:\d\d UTC to 2014-11-1\d/);
  assert.match(evidence, /were made within \d+(\.\d)? (s|min)/);
  assert.match(evidence, /new key/);
});
