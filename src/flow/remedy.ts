import { ok, type Result } from '../core/kernel/result.ts';
import { adjudicate, judge } from '../core/remedy/adjudicate.ts';
import { diagnose } from '../core/remedy/cause.ts';
import { type Explanation, explainCase } from '../core/remedy/explain.ts';
import type { Finding } from '../core/remedy/finding.ts';
import type { RejectedRow } from '../core/remedy/import.ts';
import { promote } from '../core/remedy/promote.ts';
import { refundLines } from '../core/remedy/refund-lines.ts';
import type { Scan } from '../core/remedy/scan.ts';
import type { Archive, Progress, Refusal, Sources } from './ports.ts';
import { assume } from './remedy/assume.ts';
import { locateUnfit, mergeRejected, recount } from './remedy/reject.ts';

/** What the remedy flows touch. */
export interface RemedyWorld {
  readonly archive: Archive;
  readonly progress: Progress;
}

/** A scan, and the rows that were not used: those may be too many to hold, so they are read as they are needed. */
export interface Scanned {
  readonly scan: Scan;
  readonly rejected: () => AsyncIterable<RejectedRow>;
}

/**
 * The door: import → match, detect, adjudicate → population → diagnose → promote. The archive stays open, so that the
 * rejected rows and the facts around one id can still be read; whoever opened it closes it.
 */
export async function scan(world: RemedyWorld, sources: Sources): Promise<Result<Scanned, readonly Refusal[]>> {
  const { archive, progress } = world;
  const opened = await archive.open(sources);
  if (!opened.ok) return opened;

  const imported = await archive.import(progress);
  const screened = await archive.screen(progress);
  const judged = judge(screened);
  const unfit = await locateUnfit(archive, judged.unfit);

  const population = await archive.population(judged.findings, progress);
  const suspected = diagnose({ findings: judged.findings, population, layers: imported.layers });
  const findings = promote(judged.findings, suspected.incident);
  const diagnosis =
    countPossible(findings) === countPossible(judged.findings)
      ? suspected
      : diagnose({ findings, population, layers: imported.layers });

  return ok({
    scan: {
      counts: recount(imported.counts, judged.unfit),
      layers: imported.layers,
      coverage: imported.coverage,
      verdicts: { ...judged, findings },
      refunds: refundLines(findings),
      diagnosis,
      population,
      assumptions: assume({ imported, findings, population, sources }),
    },
    rejected: () => mergeRejected(archive.rejected(), unfit),
  });
}

/** Promotion only ever raises what was possible. */
function countPossible(findings: readonly Finding[]): number {
  return findings.filter(({ grade }) => grade === 'possible').length;
}

/** One case with everything around it, judged by the same whole scan: it can never say other than `findings.csv`. */
export interface ExplainRequest {
  readonly sources: Sources;
  readonly id: string;
}

/** The case, or the ids that come near where no row has this one. */
export type Explained =
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  | { readonly kind: 'unknown_id'; readonly similar: readonly string[] };

export async function explain(
  world: RemedyWorld,
  { sources, id }: ExplainRequest,
): Promise<Result<Explained, readonly Refusal[]>> {
  const scanned = await scan(world, sources);
  if (!scanned.ok) return scanned;
  const facts = await world.archive.around(id);
  const { innocents, unfit } = adjudicate(facts);
  const { findings } = scanned.value.scan.verdicts;
  const explanation = explainCase(id, facts, { findings, innocents, unfit });
  if (explanation !== null) return ok({ kind: 'explained', explanation });
  return ok({ kind: 'unknown_id', similar: await world.archive.similar(id) });
}
