/**
 * How many rentals a second are written and charged, against `pgbench -N` (simple-update, scale 10, eight clients) on
 * the same server, in turn:
 *
 *     npm run bench:charge -- --rounds 4 --seconds 6
 *
 * Prints nothing where the server is not durable or the books are wrong afterwards, and ends with 1 where a limit is
 * not kept. Figures measured so far: bench/README.md.
 */
import { parseArgs } from 'node:util';
import { openStore } from '../src/world/postgres/store.ts';
import { openApi } from './charge/api.ts';
import { ACCOUNTS, type Line, linesOf, type Rate, rentalsSaid } from './charge/lines.ts';
import { type BenchServer, openServer } from './charge/server.ts';
import { median } from './measure.ts';

/**
 * What each ratio must be at least, and what it is meant to be. Source: the recommended goals of `performance.md`
 * §7.
 */
const LIMITS: readonly { readonly name: string; readonly of: string; readonly must: number; readonly goal: number }[] =
  [
    { name: 'P1', of: 'simple-update', must: 0.8, goal: 1 },
    { name: 'P4', of: 'simple-update', must: 4, goal: 6 },
    { name: 'P1', of: 'P2', must: 0.75, goal: 0.85 },
    { name: 'P5', of: 'P1', must: 2, goal: 3 },
    { name: 'H1', of: 'direct', must: 0.6, goal: 0.8 },
  ];
const WARM_UP_SECONDS = 2;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '4' }, seconds: { type: 'string', default: '6' } },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const say = (line: string) => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

const server = await openServer();
try {
  await loadAccounts(server);
  const api = await openApi(server);
  const results = await measureAll(await linesOf(server, api)).finally(() => api.close());
  await demandBooks(server);
  process.exitCode = report(results) ? 0 : 1;
} finally {
  await server.close();
}

interface Round {
  readonly base: number;
  readonly rates: ReadonlyMap<string, Rate>;
}

async function measureAll(
  lines: readonly Line[],
): Promise<{ readonly lines: readonly Line[]; readonly rounds: Round[] }> {
  for (const line of lines) await line.run(WARM_UP_SECONDS);
  await server.query('analyze');
  const measured: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const before = await server.simpleUpdate(seconds);
    const rates = new Map<string, Rate>();
    for (const line of lines) rates.set(line.name, await line.run(seconds));
    const after = await server.simpleUpdate(seconds);
    measured.push({ base: (before + after) / 2, rates });
    note(`round ${round}: ${[...rates].map(([name, rate]) => `${name} ${perSecond(rate)}`).join(', ')}`);
  }
  return { lines, rounds: measured };
}

async function loadAccounts({ query }: BenchServer): Promise<void> {
  await query(`insert into storno.account (account_id, home_market, locale, provider, merchant_account, customer_ref,
      method_ref, recorded_at, changed_at)
    select 'acc_' || n, 'milano', 'it-IT', 'stripe', 'acct_1', 'cus_' || n, 'pm_' || n, now(), now()
    from generate_series(0, ${ACCOUNTS - 1}) as n`);
  await query('vacuum analyze');
  await query('checkpoint');
}

/** What was said is there, once, with its entries; and the store finds nothing wrong. */
async function demandBooks({ pool, query }: BenchServer): Promise<void> {
  const [row] = await query(`select (select count(*) from storno.rental) as rentals,
    (select count(*) from storno.charge_intent) as intents,
    (select count(*) from storno.transfer where kind = 'rental_ended') as entries,
    (select coalesce(sum(amount_minor), 0) from storno.rental)
      - (select coalesce(sum(amount), 0) from storno.transfer where kind in ('rental_ended', 'rental_vat')) as unbooked,
    (select count(*) from storno.charge_intent where state = 'succeeded') as succeeded,
    (select count(*) from storno.capture) as captures`);
  const said = rentalsSaid();
  const isWhole =
    [row?.rentals, row?.intents, row?.entries].every((count) => Number(count) === said) &&
    Number(row?.unbooked) === 0 &&
    row?.succeeded === row?.captures;
  if (!isWhole) throw new Error(`${said} rentals were said; the books have ${JSON.stringify(row)}`);
  const violations = await openStore(pool('storno_worker', 1)).checkInvariants({ now: 0, overdueMs: 0 });
  if (violations.length > 0) throw new Error(violations.slice(0, 5).join('\n'));
}

/** Whether all limits are kept. */
function report({ lines, rounds: measured }: Awaited<ReturnType<typeof measureAll>>): boolean {
  const bases = measured.map(({ base }) => base);
  say(`${server.version}; ${measured.length} rounds of ${seconds} s; books checked: ${rentalsSaid()} rentals.`);
  say('');
  say('| line | rentals/s min/median/max | x simple-update min/median/max | p50 ms | p99 ms |');
  say('|---|---|---|---|---|');
  say(`| simple-update | ${spread(bases, 0)} | 1 | | |`);
  for (const { name, title } of lines) {
    const rates = measured.map(({ rates: all }) => all.get(name) as Rate);
    const ratios = measured.map(({ base }, at) => ratesPerSecond(rates[at]) / base);
    const calls = rates.flatMap(({ latenciesMs }) => latenciesMs).sort((one, other) => one - other);
    say(
      `| ${name}: ${title} | ${spread(rates.map(ratesPerSecond), 0)} | ${spread(ratios, 2)} | ${quantile(calls, 0.5)} | ${quantile(calls, 0.99)} |`,
    );
  }
  say('');
  return LIMITS.map((limit) => isKept(limit, measured)).every((kept) => kept);
}

function isKept({ name, of, must, goal }: (typeof LIMITS)[number], measured: readonly Round[]): boolean {
  const ratios = measured.map(({ base, rates }) => {
    return ratesPerSecond(rates.get(name)) / (of === 'simple-update' ? base : ratesPerSecond(rates.get(of)));
  });
  const ratio = median(ratios);
  const word = ratio >= goal ? 'goal reached' : ratio >= must ? 'kept' : 'NOT KEPT';
  say(`${name} / ${of}: ${spread(ratios, 2)}; must be ${must}, meant to be ${goal}: ${word}`);
  return ratio >= must;
}

function ratesPerSecond(rate: Rate | undefined): number {
  return rate === undefined ? 0 : rate.count / rate.seconds;
}

function perSecond(rate: Rate): string {
  return `${ratesPerSecond(rate).toFixed(0)}/s`;
}

function spread(figures: readonly number[], digits: number): string {
  return [Math.min(...figures), median(figures), Math.max(...figures)].map((one) => one.toFixed(digits)).join('/');
}

function quantile(sorted: readonly number[], share: number): string {
  return sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1) ?? '';
}
