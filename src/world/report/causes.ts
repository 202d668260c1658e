import type { Cause } from '../../core/remedy/cause.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { html, type Markup } from './markup.ts';

/** The first cause and the runner-up in full, the others in a line each, and what these files cannot tell. */
export function showCauses(scan: Scan): Markup {
  const { causes, cannotTell } = scan.diagnosis;
  const [first, second, ...others] = causes;
  if (first === undefined && cannotTell.length === 0)
    return html`<p>Too little was found to tell a cause: one pair cannot name it, only many together.</p>`;
  return html`${first === undefined ? html`<p>No known cause fits what was found.</p>` : showCause(first, 'Best explained by')}
${second === undefined ? null : showCause(second, 'Runner-up')}
${showOthers(others)}${showCannotTell(cannotTell)}`;
}

function showCause(cause: Cause, rank: string): Markup {
  return html`<article class="cause">
<p class="rank">${rank}</p>
<h3><span class="cause-id">${cause.id}</span> ${cause.name}</h3>
${showScore(cause.score)}
<p>${cause.evidence}</p>
<p><strong>So that it cannot happen again:</strong> ${cause.prevention}</p>
</article>`;
}

/** A bar of the length of the score; the number stands beside it. */
function showScore(score: number): Markup {
  const percent = Math.round(Math.max(0, Math.min(1, score)) * 100);
  return html`<p class="score"><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="score-all" width="100" height="4"/><rect class="score-part" width="${percent}" height="4"/></svg><span>score ${(percent / 100).toFixed(2)} of 1</span></p>`;
}

function showOthers(others: readonly Cause[]): Markup | null {
  if (others.length === 0) return null;
  const items = others.map(
    ({ id, name, score, evidence }) =>
      html`<li><span class="cause-id">${id}</span> ${name}, ${score.toFixed(2)}. ${evidence}</li>\n`,
  );
  return html`<details class="others"><summary>Also considered</summary><ul>${items}</ul></details>`;
}

function showCannotTell(sentences: readonly string[]): Markup | null {
  if (sentences.length === 0) return null;
  return html`<div class="cannot"><h3>What these files cannot tell</h3><ul>${sentences.map((sentence) => html`<li>${sentence}</li>\n`)}</ul></div>`;
}
