import type { Scan } from '../../core/remedy/scan.ts';
import { drawAttributes, sayNoAttributes } from './attributes.ts';
import { showCases } from './cases.ts';
import { showCauses } from './causes.ts';
import { drawFlows } from './flows.ts';
import { drawGaps } from './gaps.ts';
import { type Content, html, type Markup, shorten, trusted } from './markup.ts';
import { showMatrix } from './matrix.ts';
import { sayHeadline, sayLede, showFigures } from './opening.ts';
import { showPicture } from './picture.ts';
import { listFiles, showAssumptions, showReading, showRows } from './reading.ts';
import { showSteps } from './steps.ts';
import { PATTERNS, STYLE } from './style.ts';
import { drawTimelines } from './timeline.ts';
import { unbroken } from './words.ts';

/** What the report says about itself; everything else is in the scan. */
export interface ReportHead {
  /** What was scanned, in a few words: the name of the folder. */
  readonly title: string;
  /** The names of the files that were read, in the order in which they were given. */
  readonly files: readonly string[];
  /** How files were understood, as sentences ("payments.csv: Stripe balance report"). */
  readonly notes: readonly string[];
}

interface Section {
  readonly id: string;
  readonly heading: string;
  readonly body: Content;
}

/**
 * The scan as one HTML page: no network, no script, light and dark, printable. A view that decides nothing; equal
 * scans give equal bytes. Its size does not grow with the number of findings: what is long is in the CSV files.
 */
export function renderReport(scan: Scan, head: ReportHead): string {
  const sections = listSections(scan);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Storno">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${shorten(head.title, TITLE_LENGTH_MAX)} · Storno scan</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${trusted(PATTERNS)}
<header class="masthead"><p><span class="brand">Storno</span> <span class="of">Scan of <bdi>${shorten(head.title, TITLE_LENGTH_MAX)}</bdi></span></p>
<p class="from">From <bdi>${listFiles(head.files)}</bdi></p></header>
<main>
<section class="verdict" id="verdict" aria-labelledby="headline">
<h1 id="headline">${unbroken(sayHeadline(scan))}</h1>
<p class="lede">${unbroken(sayLede(scan).join(' '))}</p>
${showFigures(scan)}
</section>
<nav aria-label="Contents"><ol>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>\n`)}</ol></nav>
${sections.map(showSection)}
</main>
<footer><div><p>Made by <span class="brand">Storno</span>, which reads exports and changes nothing. Refund what is proven once; the customer need do nothing.</p>${showNotes(head.notes)}</div></footer>
</body>
</html>
`;
  return page.markup;
}

const TITLE_LENGTH_MAX = 120;

function listSections(scan: Scan): readonly Section[] {
  const { findings } = scan.verdicts;
  const timelines = drawTimelines(scan);
  const gaps = drawGaps(scan);
  const attributes = drawAttributes(scan);
  const flows = drawFlows(scan);
  return [
    { id: 'next', heading: 'What to do next', body: showSteps(scan) },
    findings.length === 0 ? null : { id: 'found', heading: 'What was found', body: showMatrix(findings) },
    timelines.length === 0 ? null : { id: 'when', heading: 'When', body: timelines.map(showPicture) },
    gaps === null ? null : { id: 'apart', heading: 'How far apart', body: showPicture(gaps) },
    findings.length === 0
      ? null
      : {
          id: 'where',
          heading: 'Where it arose',
          body: attributes === null ? html`<p>${sayNoAttributes(scan)}</p>` : showPicture(attributes),
        },
    flows.length === 0 ? null : { id: 'money', heading: 'The money', body: flows.map(showPicture) },
    findings.length === 0 ? null : { id: 'why', heading: 'Why', body: showCauses(scan) },
    findings.length === 0 ? null : { id: 'cases', heading: 'The largest cases', body: showCases(findings) },
    { id: 'rows', heading: 'What was read', body: showRows(scan) },
    { id: 'assumptions', heading: 'Assumptions', body: showAssumptions(scan) },
    { id: 'reading', heading: 'How to read this', body: showReading() },
  ].filter((section) => section !== null);
}

function showSection({ id, heading, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
<div class="body">${body}</div>
</section>
`;
}

function showNotes(notes: readonly string[]): Markup | null {
  if (notes.length === 0) return null;
  return html`<p>How the files were read: ${notes.slice(0, NOTES_MAX).join('; ')}.</p>`;
}

const NOTES_MAX = 20;
