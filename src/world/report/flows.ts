import type { EChartsOption } from 'echarts';
import { exponentOf } from '../../core/kernel/currency.ts';
import { type Money, money } from '../../core/kernel/money.ts';
import type { Finding, Grade } from '../../core/remedy/finding.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { CLASS_WORDS, sayGrouped, sumRefundDue } from '../../core/remedy/summary.ts';
import type { Canvas, Picture } from './picture.ts';
import { sayShare } from './words.ts';

/** Where the money of one currency is: what was taken, and what of it is owed. Never summed over currencies. */
interface Ledger {
  readonly currency: string;
  /** Null where the sums of all movements are not known or contradict the findings. */
  readonly charged: bigint | null;
  readonly givenBack: bigint;
  readonly due: Readonly<Record<Grade, bigint>>;
  /** What bank or acquirer took in addition; they owe it. */
  readonly byAcquirer: bigint;
}

interface Flow {
  readonly from: string;
  readonly to: string;
  readonly look: string;
  readonly amountMinor: bigint;
}

/** Below this share what is owed is a hair beside the rest, which is said so that nobody takes it for nothing. */
const VISIBLE_SHARE_MIN = 0.03;

/** One picture a currency in which anything is owed, possible cases included. */
export function drawFlows(scan: Scan): readonly Picture[] {
  return listLedgers(scan)
    .filter((ledger) => dueOf(ledger) + ledger.byAcquirer > 0n)
    .map((ledger) => drawFlow(ledger, scan.verdicts.findings));
}

function listLedgers(scan: Scan): readonly Ledger[] {
  const { findings } = scan.verdicts;
  const acquirer = new Map<string, bigint>();
  for (const { class: of, amount } of findings) {
    if (of !== 'acquirer_duplicate') continue;
    acquirer.set(amount.currency, (acquirer.get(amount.currency) ?? 0n) + amount.amountMinor);
  }
  return [...sumRefundDue(findings)].map(([currency, due]) => {
    const taken = scan.population.taken.find(({ charged }) => charged.currency === currency);
    const owed = due.proven + due.probable + due.possible;
    const whole = taken !== undefined && taken.charged.amountMinor - taken.givenBack.amountMinor >= owed ? taken : null;
    return {
      currency,
      charged: whole?.charged.amountMinor ?? null,
      givenBack: whole === null || whole.givenBack.amountMinor < 0n ? 0n : whole.givenBack.amountMinor,
      due,
      byAcquirer: acquirer.get(currency) ?? 0n,
    };
  });
}

function dueOf({ due }: Ledger): bigint {
  return due.proven + due.probable + due.possible;
}

function drawFlow(ledger: Ledger, findings: readonly Finding[]): Picture {
  const whole = flowsOfAll(ledger);
  const byClass = flowsOfWrong(ledger, findings);
  const flows = whole.length > 0 ? whole : byClass;
  const leaves = new Set(flows.map(({ to }) => to)).size;
  return {
    id: `money-${ledger.currency.toLowerCase()}`,
    heading: `${ledger.currency}: what was charged and where it belongs`,
    says: [say(ledger)],
    legend: [],
    heightWide: 130 + 54 * leaves,
    heightNarrow: 150 + 56 * leaves,
    draw: (canvas) => option({ flows, currency: ledger.currency, canvas }),
    table: {
      columns: [
        { name: 'from', numeric: false },
        { name: 'to', numeric: false },
        { name: ledger.currency, numeric: true },
      ],
      rows: (whole.length > 0 ? [...whole, ...byClass.filter(({ look }) => look !== 'acquirer')] : byClass).map(
        ({ from, to, amountMinor }) => [from, to, amountOf(ledger, amountMinor).slice(ledger.currency.length + 1)],
      ),
      more: null,
    },
  };
}

const GRADE_NODES: readonly (readonly [Grade, string])[] = [
  ['proven', 'Owed, proven'],
  ['probable', 'Owed, probable'],
  ['possible', 'Possibly owed'],
];

function flowsOfAll(ledger: Ledger): readonly Flow[] {
  if (ledger.charged === null) return [];
  const correct = ledger.charged - ledger.givenBack - dueOf(ledger);
  return [
    { from: 'Charged', to: 'Rightly kept', look: 'base', amountMinor: correct },
    { from: 'Charged', to: 'Already given back', look: 'back', amountMinor: ledger.givenBack },
    ...GRADE_NODES.map(([grade, to]) => ({
      from: 'Charged',
      to,
      look: grade as string,
      amountMinor: ledger.due[grade],
    })),
    ...flowOfAcquirer(ledger),
  ].filter(({ amountMinor }) => amountMinor > 0n);
}

function flowsOfWrong(ledger: Ledger, findings: readonly Finding[]): readonly Flow[] {
  const flows = new Map<string, Flow>();
  for (const { class: of, grade, refundDue } of findings) {
    if (refundDue.currency !== ledger.currency || refundDue.amountMinor <= 0n) continue;
    const key = `${of} ${grade}`;
    const to = GRADE_NODES.find(([name]) => name === grade)?.[1] ?? grade;
    const before = flows.get(key)?.amountMinor ?? 0n;
    flows.set(key, { from: capitalise(CLASS_WORDS[of]), to, look: grade, amountMinor: before + refundDue.amountMinor });
  }
  return [...flows.values(), ...flowOfAcquirer(ledger)];
}

function flowOfAcquirer({ byAcquirer }: Ledger): readonly Flow[] {
  if (byAcquirer === 0n) return [];
  return [{ from: 'By bank or acquirer', to: 'Not owed by us', look: 'acquirer', amountMinor: byAcquirer }];
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function say(ledger: Ledger): string {
  const { due, charged, givenBack, byAcquirer } = ledger;
  const sure = due.proven + due.probable;
  const parts = GRADE_NODES.filter(([grade]) => grade !== 'possible' && due[grade] > 0n).map(
    ([grade]) => `${amountOf(ledger, due[grade])} ${grade}`,
  );
  const whole = charged === null ? '' : `Of ${amountOf(ledger, charged)} charged, `;
  const share = charged === null ? 'to go back' : `${sayAmountShare(sure, charged)} should go back`;
  const sentences = [
    capitalise(
      sure === 0n ? `${whole}nothing is proven or probable to be owed.` : `${whole}${share}: ${parts.join(', ')}.`,
    ),
    due.possible > 0n ? `A further ${amountOf(ledger, due.possible)} is only possibly owed.` : '',
    givenBack > 0n ? `${amountOf(ledger, givenBack)} had been given back before.` : '',
    byAcquirer > 0n ? `${amountOf(ledger, byAcquirer)} was booked twice by bank or acquirer, who repay it.` : '',
    isHair(ledger) ? 'Drawn to scale: what is owed is the thin line.' : '',
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function isHair(ledger: Ledger): boolean {
  const owed = dueOf(ledger);
  if (ledger.charged === null || owed === 0n) return false;
  return Number(owed) / Number(ledger.charged) < VISIBLE_SHARE_MIN;
}

function sayAmountShare(part: bigint, whole: bigint): string {
  return sayShare(Number(part), Number(whole));
}

function amountOf({ currency }: Pick<Ledger, 'currency'>, amountMinor: bigint): string {
  const amount: Money = money(amountMinor, currency);
  return sayGrouped(amount);
}

const FILLS: Readonly<Record<string, string>> = {
  base: 'var(--base)',
  back: 'var(--back)',
  proven: 'var(--wrong)',
  probable: 'url(#hatch)',
  possible: 'url(#dots)',
  acquirer: 'var(--acquirer)',
};

interface Drawing {
  readonly flows: readonly Flow[];
  readonly currency: string;
  readonly canvas: Canvas;
}

function option({ flows, currency, canvas }: Drawing): EChartsOption {
  const scale = 10 ** (exponentOf(currency) ?? 2);
  const totals = new Map<string, bigint>();
  const sources = new Set(flows.map(({ from }) => from));
  for (const { from, to, amountMinor } of flows) {
    totals.set(from, (totals.get(from) ?? 0n) + amountMinor);
    totals.set(to, (totals.get(to) ?? 0n) + amountMinor);
  }
  const looks = new Map<string, string>(flows.map(({ to, look }) => [to, look]));
  const side = canvas.narrow ? 0 : 175;
  return {
    series: [
      {
        type: 'sankey',
        left: canvas.narrow ? 0 : side,
        right: canvas.narrow ? 0 : side,
        top: canvas.narrow ? 22 : 14,
        bottom: canvas.narrow ? 22 : 14,
        nodeWidth: 12,
        nodeGap: canvas.narrow ? 44 : 38,
        nodeAlign: 'justify',
        layoutIterations: 0,
        draggable: false,
        silent: true,
        emphasis: { disabled: true },
        label: { color: 'var(--ink)', fontSize: 12, fontFamily: 'inherit', lineHeight: 16 },
        data: [...totals].map(([name, amountMinor]) => ({
          name,
          itemStyle: {
            color: FILLS[looks.get(name) ?? ''] ?? 'var(--ink)',
            borderColor: looks.get(name) === undefined ? 'var(--ink)' : (EDGES[looks.get(name) ?? ''] ?? 'var(--ink)'),
            borderWidth: 1,
          },
          label: {
            position: sources.has(name) === canvas.narrow ? ('right' as const) : ('left' as const),
            align: sources.has(name) === canvas.narrow ? ('left' as const) : ('right' as const),
            formatter: () => `${name}\n${sayGrouped(money(amountMinor, currency))}`,
          },
        })),
        links: flows.map(({ from, to, look, amountMinor }) => ({
          source: from,
          target: to,
          value: Number(amountMinor) / scale,
          lineStyle: { color: FILLS[look] ?? 'var(--base)', opacity: 0.32, curveness: 0.5 },
        })),
      },
    ],
  };
}

const EDGES: Readonly<Record<string, string>> = {
  base: 'var(--base)',
  back: 'var(--back)',
  proven: 'var(--wrong)',
  probable: 'var(--probable)',
  possible: 'var(--possible)',
  acquirer: 'var(--acquirer)',
};
