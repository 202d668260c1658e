import type { EChartsOption } from 'echarts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/time.ts';
import { type Bin, isNarrow, MODES_SAID_MAX, type Mode } from './gap-modes.ts';
import { type Canvas, counted } from './picture.ts';
import { sayGap } from './words.ts';

export interface Drawing {
  readonly bins: readonly Bin[];
  readonly modes: readonly Mode[];
  readonly medianMs: number;
  readonly canvas: Canvas;
}

const LEFT = 46;
const RIGHT = 14;

/** The histogram on a logarithmic axis, with ticks of the clock and the calendar. */
export function drawGapChart(drawing: Drawing): EChartsOption {
  const { bins, modes, canvas } = drawing;
  const from = Math.log10(bins[0]?.fromMs ?? 1);
  const to = Math.log10(bins.at(-1)?.toMs ?? 10);
  const ticks = chooseTicks({ from, to, apartMin: TICKS_APART_PX * ((to - from) / (canvas.width - LEFT - RIGHT)) });
  const slot = (canvas.width - LEFT - RIGHT) / bins.length;
  return {
    title: {
      text: 'pairs',
      left: 0,
      top: 0,
      padding: 0,
      textStyle: { color: 'var(--soft)', fontSize: 12, fontWeight: 'normal', fontFamily: 'inherit' },
    },
    grid: { left: LEFT, right: RIGHT, top: 34, bottom: 44, outerBoundsMode: 'none' },
    xAxis: {
      type: 'value',
      min: from,
      max: to,
      name: 'gap, logarithmic',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: 'var(--soft)', fontSize: 12 },
      splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: 'var(--rule-strong)' } },
      axisTick: { show: true, customValues: ticks.map(({ at }) => at), lineStyle: { color: 'var(--rule-strong)' } },
      axisLabel: {
        customValues: ticks.map(({ at }) => at),
        color: 'var(--soft)',
        fontSize: 12,
        formatter: (value: number) => ticks.find(({ at }) => Math.abs(at - value) < 1e-6)?.label ?? '',
      },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: 'var(--rule)' } },
      axisLabel: { color: 'var(--soft)', fontSize: 12, formatter: (value: number) => counted(value) },
    },
    series: [
      {
        type: 'bar',
        silent: true,
        barWidth: Math.round(100 * Math.max(1.5, slot * 0.86)) / 100,
        itemStyle: { color: 'var(--wrong)' },
        data: bins.map((bin) => ({
          value: [(Math.log10(bin.fromMs) + Math.log10(bin.toMs)) / 2, bin.count],
          label: labelOf(bin, { bins, modes }),
        })),
        ...medianLine(drawing),
      },
    ],
  };
}

/** The highest bar of a narrow mode bears the mode's middle. */
function labelOf(bin: Bin, { bins, modes }: Pick<Drawing, 'bins' | 'modes'>) {
  const mode = modes.slice(0, MODES_SAID_MAX).find((one) => isNarrow(one) && touches(bin, one));
  const highest =
    mode === undefined
      ? undefined
      : bins.filter((one) => touches(one, mode)).reduce((most, one) => (one.count > most.count ? one : most), bin);
  return {
    show: mode !== undefined && highest === bin,
    position: 'top' as const,
    color: 'var(--ink)',
    fontSize: 12,
    formatter: () => (mode === undefined ? '' : sayGap(mode.medianMs)),
  };
}

function touches(bin: Bin, mode: Mode): boolean {
  return bin.toMs > mode.fromMs && bin.fromMs <= mode.toMs && bin.count > 0;
}

/** Where no peak bears its own label, a line through the middle of all pairs. */
function medianLine({ modes, medianMs }: Drawing) {
  if (modes.some(isNarrow)) return {};
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: 'var(--ink)', type: 'dashed' as const, width: 1 },
      label: {
        formatter: () => `median ${sayGap(medianMs)}`,
        color: 'var(--ink)',
        fontSize: 12,
        position: 'end' as const,
        distance: 4,
      },
      data: [{ xAxis: Math.log10(medianMs) }],
    },
  };
}

interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Ticks that do not touch one another, the important ones placed first. */
function chooseTicks(axis: { readonly from: number; readonly to: number; readonly apartMin: number }): readonly Tick[] {
  const kept: Tick[] = [];
  for (const [ms, label] of [...TICKS, ...TICKS_BETWEEN]) {
    const at = Math.log10(ms);
    // At the very edge a label would be cut.
    const inside = at >= axis.from + axis.apartMin / 3 && at <= axis.to - axis.apartMin / 3;
    if (inside && kept.every((tick) => Math.abs(tick.at - at) >= axis.apartMin)) kept.push({ at, label });
  }
  return kept.sort((one, other) => one.at - other.at);
}

const TICKS_APART_PX = 52;

type TickText = readonly [ms: number, label: string];

const TICKS: readonly TickText[] = [
  [1, '1 ms'],
  [10, '10 ms'],
  [100, '0.1 s'],
  [SECOND_MS, '1 s'],
  [10 * SECOND_MS, '10 s'],
  [MINUTE_MS, '1 min'],
  [10 * MINUTE_MS, '10 min'],
  [HOUR_MS, '1 h'],
  [6 * HOUR_MS, '6 h'],
  [DAY_MS, '1 d'],
  [7 * DAY_MS, '7 d'],
  [30 * DAY_MS, '30 d'],
  [365 * DAY_MS, '1 year'],
  [10 * 365 * DAY_MS, '10 years'],
];

/** Drawn where there is room between the others. */
const TICKS_BETWEEN: readonly TickText[] = [
  [2, '2 ms'],
  [5, '5 ms'],
  [20, '20 ms'],
  [50, '50 ms'],
  [200, '0.2 s'],
  [500, '0.5 s'],
  [30 * SECOND_MS, '30 s'],
  [2 * SECOND_MS, '2 s'],
  [5 * SECOND_MS, '5 s'],
  [20 * SECOND_MS, '20 s'],
  [30 * MINUTE_MS, '30 min'],
  [2 * MINUTE_MS, '2 min'],
  [5 * MINUTE_MS, '5 min'],
  [20 * MINUTE_MS, '20 min'],
  [12 * HOUR_MS, '12 h'],
  [2 * HOUR_MS, '2 h'],
  [3 * HOUR_MS, '3 h'],
  [2 * DAY_MS, '2 d'],
  [4 * DAY_MS, '4 d'],
  [3 * DAY_MS, '3 d'],
  [5 * DAY_MS, '5 d'],
  [14 * DAY_MS, '14 d'],
  [90 * DAY_MS, '90 d'],
  [180 * DAY_MS, '180 d'],
  [2 * 365 * DAY_MS, '2 years'],
  [5 * 365 * DAY_MS, '5 years'],
];
