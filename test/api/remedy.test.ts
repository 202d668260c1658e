/** The whole story over the socket: two persons, an incident, a plan, its approval, its campaign, its stream. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { DEFAULT_2014 } from '../../src/core/remedy/remedy-policy.ts';
import { makeScenario } from '../../src/core/scenario/scenario.ts';
import { SCOPES } from '../../src/http/policy.ts';
import { systemClock } from '../../src/world/clock.ts';
import { furnish, NOON, openFrom } from '../casework/house.ts';
import { atEnd } from '../postgres.ts';
import { type Answer, type Api, startApi } from './harness.ts';

let api: Api;
let incident: string;
let plan: { plan_id: string; digest: string; refunds: number; samples: number; state: string };
const keys: Record<'anna' | 'bruno' | 'program', string> = { anna: '', bruno: '', program: '' };
let isClosed = false;

before(async () => {
  // The clock of the incident: what is twelve years old goes back over no card.
  const before = systemClock.now() - NOON;
  api = await startApi({ clock: { ...systemClock, now: () => systemClock.now() - before } });
  const house = await furnish(api.database, DEFAULT_2014);
  const scenario = makeScenario({ cause: 'C08', accounts: 60, seed: 3 });
  const opened = await openFrom(house, scenario);
  assert.ok(opened.ok, JSON.stringify(opened));
  incident = opened.value.incident.incidentId;
  for (const staffId of ['anna', 'bruno'] as const) keys[staffId] = await api.key([...SCOPES], { staffId });
  keys.program = await api.key([...SCOPES]);
  await api.store.putMarket({ market: 'Milano', timeZone: 'Europe/Rome', currency: 'EUR', vatBasisPoints: 2200 });
  const accountIds = [...new Set(scenario.facts.rentals.map(({ accountId }) => accountId ?? ''))].filter(Boolean);
  await house.casework.putCustomers(
    accountIds.map((accountId) => ({ accountId, homeMarket: 'Milano', locale: 'it', name: null, mail: null })),
    NOON,
  );
});

atEnd(() => (isClosed ? Promise.resolve() : api.close()));

let wishes = 0;

function post(who: keyof typeof keys, path: string, body?: object, headers: Record<string, string> = {}) {
  wishes += 1;
  return api.call('POST', path, {
    key: keys[who],
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { 'idempotency-key': `wish-${wishes}`, ...headers },
  });
}

const get = (path: string) => api.call('GET', path, { key: keys.program });

function assertRefused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.problem.code], [status, code], answer.text);
}

test('findings are read in pages that together are all of them, each once', async () => {
  assert.equal(((await get('/v1/incidents')).json as { data: unknown[] }).data.length, 1);
  const { json } = await get(`/v1/incidents/${incident}`);
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const page = (await get(`/v1/incidents/${incident}/findings?limit=7${cursor}`)).json as {
      data: { finding_id: string }[];
      next_cursor: string | null;
    };
    seen.push(...page.data.map((one) => one.finding_id));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  assert.equal(seen.length, (json as { findings: number }).findings);
  assert.equal(new Set(seen).size, seen.length);
  assertRefused(await get('/v1/incidents/inc_unknown/findings'), 404, 'incident_unknown');
});

test("a program's key decides nothing, and an operation without Idempotency-Key is refused", async () => {
  const commands: [string, object | undefined][] = [
    [`/v1/incidents/${incident}/plans`, undefined],
    [`/v1/incidents/${incident}/close`, undefined],
    [`/v1/incidents/${incident}/reviews`, { target: 'fnd', verdict: 'accepted', reason: 'x' }],
    [`/v1/incidents/${incident}/preventions`, { measure: 'm', owner: 'o', test: 't', state: 'open' }],
  ];
  for (const [path, body] of commands) assertRefused(await post('program', path, body), 403, 'person_needed');
  const without = await api.call('POST', `/v1/incidents/${incident}/plans`, { key: keys.anna });
  assertRefused(without, 400, 'idempotency_key_missing');
});

test('people note what they know about an incident; saying it again changes nothing', async () => {
  const groups = (await get(`/v1/incidents/${incident}/finding-groups`)).json as {
    data: { name: string; findings: number }[];
  };
  const review = { target: groups.data[0]?.name, verdict: 'accepted', reason: 'looked at' };
  const reviewed = await post('anna', `/v1/incidents/${incident}/reviews`, review);
  assert.deepEqual(reviewed.json, { findings: groups.data[0]?.findings, written: groups.data[0]?.findings });
  const again = await post('anna', `/v1/incidents/${incident}/reviews`, review);
  assert.deepEqual(again.json, { findings: groups.data[0]?.findings, written: 0 });
  assertRefused(
    await post('anna', `/v1/incidents/${incident}/reviews`, { ...review, target: 'nothing' }),
    422,
    'target_unknown',
  );
  const { data } = (await get(`/v1/incidents/${incident}/findings?limit=1`)).json as { data: { account_id: string }[] };
  const complaint = {
    complaint_id: 'tkt_1',
    account_id: data[0]?.account_id,
    received_at: '2014-11-17T08:00:00Z',
  };
  const noted = await post('anna', `/v1/incidents/${incident}/complaints`, complaint);
  assert.deepEqual(noted.json, { result: 'created' }, noted.text);
  const prevention = { measure: 'One key for each charge', owner: 'payments', test: 'simulator', state: 'done' };
  assert.equal((await post('anna', `/v1/incidents/${incident}/preventions`, prevention)).status, 200);
  const { sample } = (await get(`/v1/incidents/${incident}`)).json as { sample: { rental_id: string }[] };
  for (const { rental_id } of sample) {
    const look = { rental_id, verdict: 'clean', note: '' };
    assert.equal((await post('anna', `/v1/incidents/${incident}/sample-looks`, look)).status, 200);
    const other = await post('anna', `/v1/incidents/${incident}/sample-looks`, { ...look, verdict: 'affected' });
    assertRefused(other, 422, 'exists_with_different_verdict');
  }
});

test('a plan is made once from the same facts, and whoever made it does not approve it', async () => {
  const made = await post('anna', `/v1/incidents/${incident}/plans`);
  assert.equal(made.status, 201, made.text);
  plan = made.json as typeof plan;
  assert.equal((await post('anna', `/v1/incidents/${incident}/plans`)).status, 200);
  assert.equal((await get(`/v1/plans/${plan.plan_id}`)).headers.get('etag'), `"${plan.digest}"`);
  const refunds = (await get(`/v1/plans/${plan.plan_id}/refunds?limit=500`)).json as { data: unknown[] };
  assert.equal(refunds.data.length, plan.refunds);
  const own = await approve('anna');
  assertRefused(own, 403, 'may_not');
  const notYet = await post('anna', `/v1/plans/${plan.plan_id}/campaign`);
  assertRefused(notYet, 422, 'not_approved');
});

function approve(who: keyof typeof keys, match = `"${plan.digest}"`) {
  return post(who, `/v1/plans/${plan.plan_id}/approve`, { reason: 'sums agree' }, { 'if-match': match });
}

test('approval needs the digest that was read, every sample opened, and another person', async () => {
  const path = `/v1/plans/${plan.plan_id}/approve`;
  assertRefused(await post('bruno', path, { reason: 'x' }), 428, 'digest_missing');
  assertRefused(await approve('bruno', '*'), 428, 'digest_missing');
  assertRefused(await approve('bruno', `"${'0'.repeat(64)}"`), 409, 'digest_differs');
  assertRefused(await approve('program'), 403, 'person_needed');
  assertRefused(await approve('bruno'), 422, 'samples_not_opened');
  const samples = await api.call('GET', `/v1/plans/${plan.plan_id}/samples`, { key: keys.bruno });
  const { data } = samples.json as { data: { account_id: string; opened: boolean }[] };
  assert.equal(data.length, plan.samples);
  for (const { account_id } of data) {
    const opened = await post('bruno', `/v1/plans/${plan.plan_id}/samples/${account_id}`);
    assert.equal((opened.json as { result: string }).result, 'created', opened.text);
  }
});

test('a plan that was planned and would be approved by one person is refused, though he has both roles', async () => {
  await api.database.admin.query(
    `update storno.staff set roles = array['operator', 'approver'] where staff_id = 'anna'`,
  );
  assertRefused(await approve('anna'), 403, 'same_person');
});

test('a plan on which something was decided since is stale', async () => {
  const groups = (await get(`/v1/incidents/${incident}/finding-groups`)).json as { data: { name: string }[] };
  const review = { target: groups.data[0]?.name, verdict: 'rejected', reason: 'second look' };
  assert.equal((await post('anna', `/v1/incidents/${incident}/reviews`, review)).status, 200);
  assertRefused(await approve('bruno'), 409, 'stale');
  const back = { ...review, verdict: 'accepted' };
  assert.equal((await post('anna', `/v1/incidents/${incident}/reviews`, back)).status, 200);
});

test('the other person approves; the same request answers the same, and a second decision is refused', async () => {
  const headers = { 'if-match': `"${plan.digest}"`, 'idempotency-key': 'approval-1' };
  const ask = () => post('bruno', `/v1/plans/${plan.plan_id}/approve`, { reason: 'sums agree' }, headers);
  const approved = await ask();
  assert.equal(approved.status, 200, approved.text);
  assert.equal((approved.json as typeof plan).state, 'approved');
  const replayed = await ask();
  assert.equal(replayed.headers.get('idempotent-replayed'), 'true');
  assert.equal(replayed.text, approved.text);
  assertRefused(await approve('bruno'), 422, 'already_decided');
});

test('minutes are given once', async () => {
  const path = `/v1/plans/${plan.plan_id}/grants`;
  assertRefused(await post('program', path), 403, 'person_needed');
  const granted = (await post('anna', path)).json as { given: number; refused: unknown[] };
  assert.ok(granted.given > 0);
  assert.deepEqual(granted.refused, []);
  assert.deepEqual((await post('anna', path)).json, { given: 0, exists: granted.given, refused: [] });
});

test('a campaign is started, watched as it changes, paused, resumed by an approver, and stopped', async () => {
  const path = `/v1/plans/${plan.plan_id}/campaign`;
  assertRefused(await get(path), 404, 'campaign_unknown');
  assert.equal((await post('anna', path)).status, 201);
  assert.equal((await post('anna', path)).status, 200);
  const events = listen();
  assert.match(await events.next(), /^retry: 2000/);
  const first = await events.next();
  assert.match(first, /^event: progress\ndata: \{.*"state":"running"/);
  assert.match(first, new RegExp(`"planned":${plan.refunds},`));
  assertRefused(await post('program', `${path}/pause`, { reason: 'x' }), 403, 'person_needed');
  assert.equal((await post('anna', `${path}/pause`, { reason: 'letters first' })).status, 200);
  assert.match(await events.next(), /"state":"paused","reason":"letters first"/);
  assert.equal((await post('bruno', `${path}/resume`, { reason: 'go on' })).status, 200);
  assert.match(await events.next(), /"state":"running"/);
  assert.equal((await post('anna', `${path}/stop`, { reason: 'another plan' })).status, 200);
  assert.match(await events.next(), /"state":"stopped"/);
  assert.match(await events.next(), /^event: over/);
  assert.equal(await events.next(), '');
  assertRefused(await post('bruno', `${path}/resume`, { reason: 'no' }), 422, 'wrong_state');
});

test('letters are counted, refunds reconciled, and closing says what is missing', async () => {
  assert.deepEqual((await get(`/v1/incidents/${incident}/letters`)).json, { letters: {} });
  const { json } = await get(`/v1/incidents/${incident}/reconciliation?as_of=2026-12-01`);
  assert.deepEqual((json as { as_of: string }).as_of, '2026-12-01');
  assert.equal((await get(`/v1/incidents/${incident}/reconciliation?as_of=2026-13-01`)).status, 400);
  const closed = await post('anna', `/v1/incidents/${incident}/close`);
  assert.ok(closed.status === 200 || closed.problem.code === 'not_ready', closed.text);
});

test('a refused plan stays refused, and a hundred listen but no more; the end of the server ends them', async () => {
  await api.database.admin.query(`update storno.staff set roles = array['operator'] where staff_id = 'anna'`);
  const made = await post('anna', `/v1/incidents/${incident}/plans`);
  const other = made.json as typeof plan;
  assert.equal(made.status, 201, made.text);
  const match = { 'if-match': `"${other.digest}"` };
  const refused = await post('bruno', `/v1/plans/${other.plan_id}/refuse`, { reason: 'not these' }, match);
  assert.equal((refused.json as typeof plan).state, 'refused', refused.text);
  const streams = Array.from({ length: 100 }, () => listen(other.plan_id));
  for (const stream of streams) assert.match(await stream.next(), /^retry/);
  assertRefused(await get(`/v1/plans/${other.plan_id}/events`), 429, 'rate_limited');
  streams[0]?.leave();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const last = listen(other.plan_id);
  assert.match(await last.next(), /^retry/);
  isClosed = true;
  await api.close();
  assert.equal(await last.next(), '');
});

/** One event after another; empty at the end. */
function listen(planId = plan.plan_id) {
  const controller = new AbortController();
  const chunks = read(planId, controller.signal);
  return {
    next: async () => (await chunks.next()).value ?? '',
    leave: () => controller.abort(),
  };
}

async function* read(planId: string, signal: AbortSignal): AsyncGenerator<string, undefined> {
  const answer = await fetch(`${api.url}/v1/plans/${planId}/events`, {
    headers: { authorization: `Bearer ${keys.program}` },
    signal,
  });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
  return undefined;
}
