/** The look of the page: a set page of print, with the system's own faces, in a light and a dark paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfcf9; --ink: #1d1c1a; --soft: #5e5a53; --rule: #e5e1d8; --rule-strong: #bdb6a8; --tint: #f5f2eb;
  --link: #7b2a1a;
  --base: #b9c3c9; --back: #7f9aa3; --wrong: #a5321d; --probable: #a5661d; --possible: #756d60; --acquirer: #4d6d8c;
  --band: rgba(165, 50, 29, 0.09); --band-edge: rgba(165, 50, 29, 0.28);
  --heat-grey: #ece9e3; --heat-grey-ink: #625e57; --heat-0: #f1f3f1; --heat-0-ink: #55605b;
  --heat-1: #fbeee2; --heat-1-ink: #4a2c18; --heat-2: #f6d9bf; --heat-2-ink: #47240f; --heat-3: #eab28d; --heat-3-ink: #3c1808;
  --heat-4: #c8623f; --heat-4-ink: #ffffff; --heat-5: #8f2715; --heat-5-ink: #ffffff;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', P052, 'Source Serif 4', 'Noto Serif', Georgia, serif;
  --sans: -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Open Sans', 'Helvetica Neue', Arial, system-ui, sans-serif;
  --mono: ui-monospace, 'SF Mono', SFMono-Regular, Consolas, 'Liberation Mono', Menlo, monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #171614; --ink: #ece8e0; --soft: #a9a397; --rule: #302d29; --rule-strong: #57524a; --tint: #1f1d1a;
    --link: #f0a58d;
    --base: #55626a; --back: #7f9aa3; --wrong: #e5735a; --probable: #dda04e; --possible: #a49b8c; --acquirer: #83a7ca;
    --band: rgba(229, 115, 90, 0.13); --band-edge: rgba(229, 115, 90, 0.4);
    --heat-grey: #262421; --heat-grey-ink: #a09a8e; --heat-0: #1e2422; --heat-0-ink: #93a39b;
    --heat-1: #33231a; --heat-1-ink: #f0d9c8; --heat-2: #4a2c1c; --heat-2-ink: #f6dfcf; --heat-3: #6e3a22; --heat-3-ink: #fbe9de;
    --heat-4: #a1492b; --heat-4-ink: #ffffff; --heat-5: #e5836b; --heat-5-ink: #230a04;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 1rem/1.55 var(--sans); font-variant-numeric: tabular-nums lining-nums; }
.masthead, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 2rem; }
.masthead { display: flex; flex-wrap: wrap; gap: 0.25rem 2rem; justify-content: space-between; align-items: baseline; padding-top: 1.5rem; padding-bottom: 0.75rem; font-size: 0.875rem; color: var(--soft); }
.masthead p { margin: 0; overflow-wrap: anywhere; }
.brand { font-family: var(--serif); font-weight: 600; font-size: 1.05rem; letter-spacing: 0.01em; color: var(--ink); }
.masthead .brand { padding-right: 0.75rem; margin-right: 0.5rem; border-right: 1px solid var(--rule-strong); }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; text-wrap: balance; margin: 0; }
h1 { font-size: 2.125rem; line-height: 1.24; letter-spacing: -0.008em; max-width: 30em; text-wrap: pretty; }
h2 { font-size: 1.25rem; line-height: 1.3; }
h3 { font-size: 1.0625rem; line-height: 1.4; }
p { margin: 0 0 0.75rem; max-width: 44em; text-wrap: pretty; }
a { color: var(--link); text-underline-offset: 0.15em; }
section { display: grid; grid-template-columns: 11.5rem minmax(0, 1fr); gap: 0 2.5rem; border-top: 1px solid var(--rule-strong); padding: 2rem 0 2.25rem; }
section > h2 { padding-top: 0.05rem; }
.verdict { display: block; border-top: 2px solid var(--ink); padding: 2.25rem 0 0; }
.lede { margin: 1.1rem 0 0; font-size: 1.0625rem; color: var(--soft); max-width: 46em; }
.figures { display: grid; grid-template-columns: repeat(4, auto); justify-content: space-between; gap: 1.25rem 2.5rem; margin: 2.25rem 0 0; padding: 1.25rem 0 1.4rem; border-top: 1px solid var(--rule-strong); }
.figures dt { font-size: 0.875rem; color: var(--soft); }
.figures dd { margin: 0.2rem 0 0; }
.figure { display: block; font-family: var(--serif); font-size: 1.625rem; line-height: 1.3; white-space: nowrap; }
.note { font-size: 0.8125rem; color: var(--soft); }
nav { border-top: 1px solid var(--rule); padding: 0.75rem 0 1.75rem; font-size: 0.875rem; }
nav ol { list-style: none; display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; margin: 0; padding: 0; }
nav a { display: inline-block; padding: 0.2rem 0; color: var(--soft); text-decoration-color: var(--rule-strong); }
nav a:hover { color: var(--ink); }
.steps { margin: 0; padding: 0; list-style: none; counter-reset: step; max-width: 44em; }
.steps li { counter-increment: step; position: relative; padding-left: 2.25rem; margin-bottom: 0.9rem; }
.steps li::before { content: counter(step); position: absolute; left: 0; top: -0.12em; font: 600 1.375rem/1.3 var(--serif); color: var(--wrong); }
.steps li:last-child { margin-bottom: 0; }
code { font: 0.9em/1.4 var(--mono); background: var(--tint); padding: 0.1em 0.3em; border-radius: 3px; overflow-wrap: anywhere; }
.id { font: 0.86em/1.4 var(--mono); overflow-wrap: anywhere; }
code .id { font-size: 1em; }
.picture { margin: 0 0 2.25rem; }
.picture:last-child { margin-bottom: 0; }
.picture h3 { margin-bottom: 0.25rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.15rem 1.15rem; margin: 0 0 0.5rem; padding: 0; font-size: 0.8125rem; color: var(--soft); }
.swatch { display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.4rem; vertical-align: -0.06em; border-radius: 1px; }
.swatch.base { background: var(--base); } .swatch.wrong, .swatch.proven { background: var(--wrong); }
.swatch.probable { background: repeating-linear-gradient(45deg, var(--probable) 0 2px, transparent 2px 4px); box-shadow: inset 0 0 0 1px var(--probable); }
.swatch.possible { background: radial-gradient(circle, var(--possible) 30%, transparent 34%) 0 0 / 4px 4px; box-shadow: inset 0 0 0 1px var(--possible); }
.swatch.band { background: var(--band); box-shadow: inset 0 0 0 1px var(--band-edge); }
.swatch.line { height: 2px; vertical-align: 0.25em; background: var(--ink); }
.swatch.heat-grey { background: var(--heat-grey); box-shadow: inset 0 0 0 1px var(--rule-strong); } .swatch.heat-0 { background: var(--heat-0); box-shadow: inset 0 0 0 1px var(--rule-strong); }
.swatch.heat-1 { background: var(--heat-1); box-shadow: inset 0 0 0 1px var(--rule-strong); } .swatch.heat-2 { background: var(--heat-2); } .swatch.heat-3 { background: var(--heat-3); }
.swatch.heat-4 { background: var(--heat-4); } .swatch.heat-5 { background: var(--heat-5); }
.drawing svg { display: block; width: 100%; height: auto; font: 12px var(--sans); font-variant-numeric: tabular-nums; }
.drawing.narrow { display: none; max-width: 30rem; }
details { margin-top: 0.6rem; font-size: 0.875rem; }
summary { cursor: pointer; color: var(--soft); width: fit-content; padding: 0.25rem 0; }
summary:hover { color: var(--ink); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.scroll { overflow: auto; max-height: 26rem; }
table { border-collapse: collapse; font-size: 0.875rem; line-height: 1.45; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.4rem; }
th, td { text-align: left; vertical-align: top; font-weight: 400; padding: 0.35rem 1.25rem 0.35rem 0; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); border-bottom-color: var(--rule-strong); vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; }
.scroll thead th { position: sticky; top: 0; background: var(--paper); }
.matrix, .cases { width: 100%; }
.matrix .due { display: block; color: var(--soft); }
.matrix .none { color: var(--soft); }
.matrix .group { font-weight: 600; padding-top: 1.1rem; }
.matrix .total th, .matrix .total td { border-top: 1px solid var(--rule-strong); border-bottom: 0; font-weight: 600; }
.matrix .total .due { font-weight: 400; }
.cases { table-layout: fixed; } .cases thead th:first-child { width: 25%; } .cases thead th:last-child { width: 8.5rem; }
.cases th, .cases td { padding-top: 0.7rem; padding-bottom: 0.7rem; }
.cases thead th { padding-top: 0; padding-bottom: 0.35rem; }
.sub { display: block; color: var(--soft); font-size: 0.8125rem; overflow-wrap: anywhere; }
.number .sub { white-space: normal; }
.leg { display: grid; grid-template-columns: 5.25rem minmax(0, 1fr); }
.leg-word { color: var(--soft); } .leg .at { white-space: nowrap; }
.more { margin: 0.75rem 0 0; font-size: 0.875rem; color: var(--soft); }
.cause { margin-bottom: 1.75rem; }
.rank { margin: 0; font-size: 0.875rem; color: var(--soft); }
.cause-id { font: 0.86em var(--mono); color: var(--soft); }
.score { display: flex; align-items: center; gap: 0.75rem; margin: 0.35rem 0 0.6rem; font-size: 0.875rem; color: var(--soft); }
.score svg { width: 12rem; height: 5px; }
.score-all { fill: var(--rule); } .score-part { fill: var(--wrong); }
.others ul, .cannot ul { padding-left: 1.1rem; max-width: 44em; }
.cannot { margin-top: 1.5rem; padding: 1rem 1.25rem 0.35rem; background: var(--tint); }
.cannot ul { margin: 0.4rem 0 0.75rem; }
.body > ul { margin: 0; padding-left: 1.1rem; max-width: 44em; }
.body > h3 { margin: 1.5rem 0 0.35rem; }
.body > :last-child { margin-bottom: 0; }
.terms { margin: 0; } .terms div { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 0 1rem; padding: 0.3rem 0; border-bottom: 1px solid var(--rule); }
.terms dd { margin: 0; max-width: 38em; }
footer { padding-bottom: 2.5rem; font-size: 0.8125rem; color: var(--soft); }
footer > div { border-top: 1px solid var(--rule-strong); padding-top: 1rem; }
footer p { overflow-wrap: anywhere; }
footer .brand { font-size: 1em; }
.patterns { position: absolute; width: 0; height: 0; }
@media screen and (max-width: 60rem) {
  section { grid-template-columns: minmax(0, 1fr); gap: 0.9rem; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media screen and (max-width: 45rem) {
  .masthead, main, footer { padding-left: 1rem; padding-right: 1rem; }
  h1 { font-size: 1.5rem; }
  .lede { font-size: 1rem; }
  .verdict { padding-top: 1.5rem; }
  .figures { gap: 1rem 1rem; margin-top: 1.5rem; }
  .figure { font-size: 1.25rem; white-space: normal; }
  .matrix .due { white-space: normal; } .matrix th, .matrix td { padding-right: 0.6rem; }
  section { padding: 1.5rem 0 1.75rem; }
  .drawing.wide { display: none; } .drawing.narrow { display: block; }
  table { font-size: 0.8125rem; } th, td { padding-right: 0.75rem; }
  .matrix thead .swatch { display: none; }
  .leg { grid-template-columns: 4.5rem minmax(0, 1fr); }
  .cases, .cases tbody { display: block; } .cases thead { display: none; }
  .cases tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; border-bottom: 1px solid var(--rule); padding: 0.75rem 0; }
  .cases tbody th, .cases tbody td { border: 0; padding: 0; }
  .cases td:nth-child(2) { grid-row: 2; grid-column: 1 / -1; padding-top: 0.5rem; }
  .cases td.number { grid-row: 1; grid-column: 2; padding-left: 1rem; max-width: 12rem; }
  .terms div { grid-template-columns: minmax(0, 1fr); }
  nav a { padding: 0.35rem 0; }
}
@media print {
  @page { size: A4; margin: 16mm 17mm 18mm; }
  :root { --paper: #ffffff; --tint: #f7f5f0; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { font-size: 9.5pt; line-height: 1.45; }
  .masthead, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .masthead { padding-top: 0; }
  nav, details:not([open]), .others:not([open]) { display: none; }
  section { display: block; padding: 12pt 0 14pt; }
  section > h2 { margin-bottom: 6pt; font-size: 13pt; break-after: avoid; }
  .verdict { padding-top: 14pt; } h1 { font-size: 19pt; } .lede { font-size: 10.5pt; }
  .figures { margin-top: 14pt; padding: 9pt 0 4pt; gap: 0 16pt; } .figure { font-size: 14pt; }
  h3, .says, .legend { break-after: avoid; }
  .picture, .cause, .steps li, .cannot, tr, .terms div { break-inside: avoid; }
  thead { display: table-header-group; }
  table { font-size: 8.5pt; } .sub { font-size: 8pt; }
  .cases thead th:first-child { width: 23%; } .cases thead th:last-child { width: 6.75rem; }
  .cases th, .cases td { padding-top: 4pt; padding-bottom: 5pt; padding-right: 10pt; }
  .leg { grid-template-columns: 3.6rem minmax(0, 1fr); }
  .scroll { overflow: visible; max-height: none; }
  a { color: inherit; text-decoration: none; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;

/** Hatching and dots, so that grades are told apart without colour; pictures refer to them by these ids. */
export const PATTERNS = `<svg class="patterns" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--paper)"/><rect width="3" height="6" fill="var(--probable)"/></pattern>
<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="var(--paper)"/><circle cx="3" cy="3" r="1.6" fill="var(--possible)"/></pattern>
</defs></svg>`;
