import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { SCOPES } from '../../src/http/policy.ts';
import { atEnd } from '../postgres.ts';
import { type Api, startApi } from './harness.ts';

let api: Api;
let key: string;

before(async () => {
  api = await startApi();
  key = await api.key([...SCOPES]);
  await api.prepare(key);
});

atEnd(() => api.close());

function rental(id: string, change: object = {}) {
  return {
    rental_id: id,
    account_id: 'acc_1',
    vehicle_id: 'car_44',
    market: 'milano',
    started_at: '2026-11-10T18:00:00Z',
    ended_at: '2026-11-10T19:42:10+01:00',
    amount_due: { amount: 1218, currency: 'EUR' },
    ...change,
  };
}

function end(body: object, headers: Record<string, string> = {}) {
  return api.call('POST', '/v1/rentals', { key, body: JSON.stringify(body), headers });
}

async function balances(): Promise<Record<string, number>> {
  const { json } = await api.call('GET', '/v1/accounts/acc_1/balances', { key });
  const { data } = json as { data: { ledger_account: string; asset: string; balance: number }[] };
  return Object.fromEntries(data.map(({ ledger_account, asset, balance }) => [`${ledger_account} ${asset}`, balance]));
}

test('a rental is created once, exists when it is said again, and owes its price with VAT in the books', async () => {
  const first = await end(rental('rnt_1'));
  assert.equal(first.status, 201);
  const again = await end(rental('rnt_1', { ended_at: '2026-11-10T18:42:10.000Z' }));
  assert.equal(again.status, 200);
  assert.equal((again.json as { result: string }).result, 'exists');
  assert.deepEqual(await balances(), {
    'account_receivable EUR': 1218,
    'house_revenue EUR': -998,
    'house_vat EUR': -220,
  });
  const charge = await api.call('GET', '/v1/charges/rnt_1:rental:1', { key });
  assert.deepEqual((charge.json as { state: string; amount: object }).amount, { amount: 1218, currency: 'EUR' });
});

test('said differently it is refused, and the first field that differs is named', async () => {
  await end(rental('rnt_2'));
  for (const [change, field] of [
    [{ amount_due: { amount: 1219, currency: 'EUR' } }, 'amount_due'],
    [{ vehicle_id: null }, 'vehicle_id'],
    [{ ended_at: '2026-11-10T18:42:11Z' }, 'ended_at'],
    [{ distance_meters: 0 }, 'distance_meters'],
  ] as const) {
    const { status, problem } = await end(rental('rnt_2', change));
    assert.deepEqual([status, problem.code], [409, `exists_with_different_${field}`]);
  }
});

test('of many who say the same rental at once exactly one creates it', async () => {
  const answers = await Promise.all([...Array(20)].map(() => end(rental('rnt_race'))));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [...Array(19).fill(200), 201]);
  const { json } = await api.call('GET', '/v1/charges?account_id=acc_1&limit=500', { key });
  const { data } = json as { data: { rental_id: string }[] };
  assert.equal(data.filter(({ rental_id }) => rental_id === 'rnt_race').length, 1);
});

test('an Idempotency-Key replays the answer of a rental too', async () => {
  const headers = { 'idempotency-key': 'rental-wish' };
  const first = await end(rental('rnt_3'), headers);
  const again = await end(rental('rnt_3'), headers);
  assert.deepEqual([first.status, again.status, again.headers.get('idempotent-replayed')], [201, 201, 'true']);
  assert.equal(first.text, again.text);
});

test('what cannot be charged is refused with a reason', async () => {
  for (const [change, code] of [
    [{ account_id: 'acc_nobody' }, 'account_unknown'],
    [{ market: 'atlantis' }, 'market_unknown'],
    [{ amount_due: { amount: 1, currency: 'USD' } }, 'currency_differs'],
    [{ amount_due: undefined, plan_id: 'none' }, 'plan_unknown'],
  ] as const) {
    const { status, problem } = await end(rental('rnt_4', change));
    assert.deepEqual([status, problem.code], [422, code]);
  }
  for (const change of [
    { ended_at: '2026-11-10T17:00:00Z' },
    { amount_due: undefined },
    { plan_id: 'a' },
    { started_at: '2026-02-30T00:00:00Z' },
    { amount_due: { amount: 1, currency: 'XXX' } },
  ]) {
    const { status, problem } = await end(rental('rnt_4', change));
    assert.deepEqual([status, problem.code], [400, 'request_invalid'], JSON.stringify(change));
  }
});

test('a plan prices by the minute and draws free minutes first', async () => {
  const plan = {
    plan_id: 'city',
    name: [{ text: 'City', language: 'en' }],
    currency: 'EUR',
    price: 0,
    is_taxable: false,
    description: [{ text: '29 cents a minute', language: 'en' }],
    per_min_pricing: [{ start: 0, rate: 0.29, interval: 1 }],
  };
  const put = (body: object) =>
    api.call('POST', '/v1/markets/milano/plans', {
      key,
      body: JSON.stringify({ valid_from: '2026-01-01T00:00:00Z', ...body }),
    });
  assert.equal((await put({ plan })).status, 201);
  assert.equal((await put({ plan })).status, 200);
  assert.equal((await put({ plan: { ...plan, per_min_pricing: 'x' } })).status, 400);
  const lot = {
    market: 'milano',
    minutes: 30,
    last_day: '2027-02-28',
    source: 'goodwill',
    valid_from: '2026-11-01T00:00:00Z',
  };
  const headers = { 'idempotency-key': 'lot-1' };
  const granted = await api.call('POST', '/v1/accounts/acc_1/lots', { key, body: JSON.stringify(lot), headers });
  assert.equal(granted.status, 201);
  const { status, json } = await end(rental('rnt_plan', { amount_due: undefined, plan_id: 'city' }));
  assert.equal(status, 201);
  const { price } = (json as { rental: { price: { amount: number; billed_minutes: number; free_minutes: object[] } } })
    .rental;
  assert.deepEqual([price.amount, price.billed_minutes], [13 * 29, 43]);
  assert.equal(price.free_minutes.length, 1);
  const lots = await api.call('GET', '/v1/accounts/acc_1/lots', { key });
  assert.equal((lots.json as { data: { remaining: number }[] }).data[0]?.remaining, 0);
});

test('a void takes all back: minutes, books, charge; saying it again changes nothing', async () => {
  const before = await balances();
  const voided = (wish: string) =>
    api.call('POST', '/v1/rentals/rnt_plan/void', {
      key,
      body: JSON.stringify({ reason: 'the car never opened' }),
      headers: { 'idempotency-key': wish },
    });
  assert.equal((await voided('void-1')).status, 200);
  assert.equal((await voided('void-2')).status, 200);
  const after = await balances();
  assert.equal((before['account_receivable EUR'] ?? 0) - (after['account_receivable EUR'] ?? 0), 13 * 29);
  const lots = await api.call('GET', '/v1/accounts/acc_1/lots', { key });
  assert.equal((lots.json as { data: { remaining: number }[] }).data[0]?.remaining, 30);
  const charge = await api.call('GET', '/v1/charges/rnt_plan:rental:1', { key });
  assert.equal((charge.json as { state: string }).state, 'voided');
});

test('a correction issues a further revision with a new obligation, and used up minutes serve again', async () => {
  await end(rental('rnt_corr', { amount_due: undefined, plan_id: 'city' }));
  const next = rental('rnt_corr', { amount_due: undefined, plan_id: 'city', ended_at: '2026-11-10T18:20:00Z' });
  const correct = (wish: string) =>
    api.call('POST', '/v1/rentals/rnt_corr/corrections', {
      key,
      body: JSON.stringify({ reason: 'wrong end', rental: next }),
      headers: { 'idempotency-key': wish },
    });
  const { status, json } = await correct('corr-1');
  assert.equal(status, 201);
  const { revision, price } = json as { revision: number; price: { amount: number } };
  assert.deepEqual([revision, price.amount], [2, 0]);
  assert.equal((await correct('corr-2')).status, 201);
  const read = await api.call('GET', '/v1/rentals/rnt_corr', { key });
  assert.equal((read.json as { revision: number }).revision, 2);
});

test('pages of rentals and charges join without a gap, and end', async () => {
  for (let n = 0; n < 12; n += 1) await end(rental(`rnt_page_${n}`));
  for (const [path, idOf] of [
    ['/v1/rentals?account_id=acc_1&limit=5', (row: Record<string, string>) => row.rental_id],
    ['/v1/charges?account_id=acc_1&state=due&limit=5', (row: Record<string, string>) => row.charge_id],
  ] as const) {
    const ids: (string | undefined)[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null && page < 20; page += 1) {
      const { json } = await api.call('GET', `${path}${cursor === '' ? '' : `&cursor=${cursor}`}`, { key });
      const { data, next_cursor, has_more } = json as {
        data: Record<string, string>[];
        next_cursor: string | null;
        has_more: boolean;
      };
      assert.equal(has_more, next_cursor !== null);
      ids.push(...data.map(idOf));
      cursor = next_cursor;
    }
    assert.equal(cursor, null);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length >= 12);
  }
});

test('many rentals in one request are answered line by line and stand once each', async () => {
  const lines = [...Array(450).keys()].map((n) => JSON.stringify(rental(`bulk_${n}`)));
  lines.splice(
    100,
    0,
    '{"rental_id":"broken"',
    JSON.stringify(rental('bulk_7')),
    JSON.stringify(rental('bulk_8', { vehicle_id: 'x' })),
  );
  const body = `${lines.join('\n')}\n`;
  const ask = () => api.call('POST', '/v1/rentals', { key, body, type: 'application/x-ndjson' });
  const [first, second] = [await ask(), await ask()];
  const summaryOf = (text: string) => JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
  assert.deepEqual(summaryOf(first.text), { lines: 453, counts: { created: 450, invalid: 1, exists: 1, differs: 1 } });
  assert.deepEqual(summaryOf(second.text), { lines: 453, counts: { exists: 451, invalid: 1, differs: 1 } });
  const { rows } = await api.database.admin.query(
    "select count(*)::int as n from storno.charge_intent where rental_id like 'bulk%'",
  );
  assert.equal(rows[0].n, 450);
});

test('events tell what happened, in order, and the last cursor goes on', async () => {
  const { json } = await api.call('GET', '/v1/events?limit=500&type=rental.ended', { key });
  const { data, next_cursor } = json as { data: { data: { rental_id: string } }[]; next_cursor: string };
  assert.ok(data.some((event) => event.data.rental_id === 'rnt_1'));
  await end(rental('rnt_late'));
  let cursor = next_cursor;
  const later: string[] = [];
  for (;;) {
    const page = await api.call('GET', `/v1/events?limit=500&type=rental.ended&cursor=${cursor}`, { key });
    const {
      data: more,
      has_more,
      next_cursor: next,
    } = page.json as {
      data: { data: { rental_id: string } }[];
      has_more: boolean;
      next_cursor: string;
    };
    later.push(...more.map((event) => event.data.rental_id));
    cursor = next;
    if (!has_more) break;
  }
  assert.equal(later.filter((id) => id === 'rnt_late').length, 1);
});

test('the books hold all their invariants after all of this', async () => {
  assert.deepEqual(await api.store.checkInvariants({ now: 0, overdueMs: 0 }), []);
});

test('a rental whose charge is under way is not taken back, and is under the same key once the outcome is known', async () => {
  await end(rental('rnt_flight'));
  const move = (state: string) =>
    api.database.admin.query(
      `update storno.charge_intent set state = $1, version = version + 1 where rental_id = 'rnt_flight'`,
      [state],
    );
  const takeBack = () =>
    api.call('POST', '/v1/rentals/rnt_flight/void', {
      key,
      body: JSON.stringify({ reason: 'the car never opened' }),
      headers: { 'idempotency-key': 'void-in-flight' },
    });
  await move('in_flight');
  const refused = await takeBack();
  assert.deepEqual([refused.status, refused.problem.code], [409, 'charge_in_flight']);
  await move('due');
  const done = await takeBack();
  assert.deepEqual([done.status, done.headers.get('idempotent-replayed')], [200, null]);
  const charge = await api.call('GET', '/v1/charges/rnt_flight:rental:1', { key });
  assert.equal((charge.json as { state: string }).state, 'voided');
  assert.equal((await takeBack()).headers.get('idempotent-replayed'), 'true');
});

test('a plan holds in every market and from every instant on for which it was put, also once more after another', async () => {
  const plan = (rate: number) => ({
    plan_id: 'moved',
    name: [{ text: 'Moved', language: 'en' }],
    currency: 'EUR',
    price: 0,
    is_taxable: false,
    description: [{ text: 'by the minute', language: 'en' }],
    per_min_pricing: [{ start: 0, rate, interval: 1 }],
  });
  const put = (rate: number, from: string) =>
    api.call('POST', '/v1/markets/milano/plans', {
      key,
      body: JSON.stringify({ valid_from: `${from}T00:00:00Z`, plan: plan(rate) }),
    });
  const amountOf = async (id: string) => {
    const { json } = await end(rental(id, { amount_due: undefined, plan_id: 'moved', account_id: 'acc_1' }));
    return (json as { rental: { price: { amount: number; billed_minutes: number } } }).rental.price;
  };
  for (const [rate, from] of [
    [0.2, '2026-01-01'],
    [0.9, '2026-02-01'],
    [0.2, '2026-03-01'],
  ] as const) {
    assert.equal((await put(rate, from)).status, 201, from);
  }
  assert.equal((await put(0.2, '2026-03-01')).status, 200);
  const { status, problem } = await put(0.5, '2026-03-01');
  assert.deepEqual([status, problem.code], [422, 'plan_differs']);
  const { amount, billed_minutes } = await amountOf('rnt_moved');
  assert.ok(amount <= billed_minutes * 20, `${amount} for ${billed_minutes} minutes`);
});
