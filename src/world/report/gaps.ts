import { HOUR_MS, SECOND_MS } from '../../core/kernel/time.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { drawGapChart } from './gap-chart.ts';
import { binGaps, findModes, GAP_MS_MIN, isNarrow, isTight, MODES_SAID_MAX, type Mode, medianOf } from './gap-modes.ts';
import { counted, type Picture } from './picture.ts';
import { listed, sayGap, sayNumber, sayShare } from './words.ts';
import { gapOf, markFindings } from './wrong.ts';

/** The time between the right charge and the wrong one, on a logarithmic scale; null where there is no pair. */
export function drawGaps(scan: Scan): Picture | null {
  const marked = markFindings(scan.verdicts.findings);
  const gaps = marked.findings
    .map(gapOf)
    .filter((gap) => gap !== null)
    .map((gap) => Math.max(GAP_MS_MIN, gap))
    .sort((one, other) => one - other);
  if (gaps.length === 0) return null;
  const bins = binGaps(gaps);
  const modes = findModes(gaps, bins);
  return {
    id: 'gaps',
    heading: 'Time from the right charge to the wrong one',
    says: [say(gaps, modes)],
    legend: [],
    heightWide: 250,
    heightNarrow: 250,
    draw: (canvas) => drawGapChart({ bins, modes, medianMs: medianOf(gaps), canvas }),
    table: {
      columns: [
        { name: 'gap from', numeric: true },
        { name: 'to', numeric: true },
        { name: 'pairs', numeric: true },
        { name: 'share', numeric: true },
      ],
      rows: bins
        .filter(({ count }) => count > 0)
        .map(({ fromMs, toMs, count }) => [sayGap(fromMs), sayGap(toMs), counted(count), sayShare(count, gaps.length)]),
      more: null,
    },
  };
}

function say(gaps: readonly number[], modes: readonly Mode[]): string {
  const least = gaps[0] ?? 0;
  const most = gaps.at(-1) ?? 0;
  if (gaps.length === 1) return `The one pair lies ${sayGap(least)} apart.`;
  const range =
    sayGap(least) === sayGap(most)
      ? `All ${counted(gaps.length)} pairs lie ${sayGap(least)} apart.`
      : `${sayNumber(gaps.length, 'pair')}, from ${sayGap(least)} to ${sayGap(most)} apart; half of them within ${sayGap(medianOf(gaps))}.`;
  return [range, sayModes(gaps, modes), interpret(gaps, modes)].filter((sentence) => sentence !== '').join(' ');
}

function sayModes(gaps: readonly number[], modes: readonly Mode[]): string {
  const [first] = modes;
  if (first === undefined) return 'They scatter without a peak.';
  if (modes.length === 1 && (first.count === gaps.length || !isNarrow(first))) return '';
  const peaks = modes
    .slice(0, MODES_SAID_MAX)
    .map(({ medianMs, count }) => `${sayGap(medianMs)} (${sayShare(count, gaps.length)})`);
  const all = modes.length > MODES_SAID_MAX ? `among others ` : '';
  return modes.length === 1
    ? `They gather around ${listed(peaks)}.`
    : `They gather in ${modes.length} places, ${all}around ${listed(peaks)}.`;
}

/** What such a shape usually means; the cause itself is judged on all evidence, further down. */
function interpret(gaps: readonly number[], modes: readonly Mode[]): string {
  const [first] = [...modes].sort((one, other) => other.count - one.count);
  const most = gaps.at(-1) ?? 0;
  const enough = gaps.length >= 5;
  if (!enough || first === undefined) return '';
  if (isTight(first) && first.count >= gaps.length / 2) {
    return 'So narrow a peak is usually a timer: a time-out, a retry, or a second run at a fixed lag.';
  }
  if (medianOf(gaps) >= 12 * HOUR_MS)
    return 'Gaps of days are usually a second run, a backfill or a person, not a retry.';
  if (most <= 15 * SECOND_MS)
    return 'Gaps of seconds are usually a double tap, two workers at once, or a repeated message.';
  return '';
}
