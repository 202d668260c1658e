/** Letters and statement in a real browser: no width too narrow, no colour too faint, nothing fetched. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import axe from 'axe-core';
import type { LetterFacts } from '../../src/core/remedy/notify/facts.ts';
import { composeLetter } from '../../src/core/remedy/notify.ts';
import { composeStatement } from '../../src/core/remedy/statement.ts';
import { letterPress } from '../../src/world/letter/press.ts';
import { readStatementFacts } from '../../src/world/letter/read-facts.ts';
import { printStatement } from '../../src/world/letter/statement.ts';
import { openBrowser } from '../report/browser.ts';
import { LETTERS, SENT, TWICE } from './facts.ts';

function pageOf(facts: LetterFacts | undefined, locale: string): string {
  assert.ok(facts);
  const letter = composeLetter({ ...facts, locale });
  assert.ok(letter.ok, letter.ok ? '' : letter.error.kind);
  return letterPress.print(letter.value).html;
}

function statementPage(): string {
  const json = JSON.parse(readFileSync(join(import.meta.dirname, '../../examples/letters/statement.json'), 'utf8'));
  const facts = readStatementFacts(json);
  assert.ok(facts.ok);
  const composed = composeStatement(facts.value);
  assert.ok(composed.ok);
  return printStatement(composed.value).html;
}

/** What has no place to break: it must not push the sums out of the page. */
const LONG = 'W'.repeat(120);

function withLongNames(): LetterFacts {
  assert.ok(TWICE.ride);
  const debits = TWICE.debits.map((debit) => ({ ...debit, reference: LONG }));
  return {
    ...SENT,
    customer: { name: LONG },
    operator: { name: LONG, contact: LONG, accountUrl: LONG },
    rentals: [{ ...TWICE, debits, ride: { ...TWICE.ride, market: LONG, vehicle: LONG, rentalId: LONG } }],
    refunds: SENT.refunds.map((refund) => ({ ...refund, bankReference: LONG })),
  };
}

const PAGES: Readonly<Record<string, string>> = {
  'a refund': pageOf(LETTERS['refund-sent'], 'it'),
  'a refund in parts': pageOf(LETTERS['refund-sent-parts'], 'de'),
  'a refund with long names': pageOf(withLongNames(), 'es'),
  'changed bank details': pageOf(LETTERS['bank-details-changed'], 'fr'),
  'the statement': statementPage(),
};

test('pages fit from 320 pixels on, are legible in light and dark, and fetch nothing', async (t) => {
  const browser = await openBrowser();
  if (typeof browser === 'string') return t.skip(browser);
  t.after(() => browser.close());
  for (const [name, html] of Object.entries(PAGES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await t.test(`${name}, ${colorScheme}`, async () => {
        const page = await browser.newPage({ viewport: { width: 320, height: 700 }, colorScheme });
        const fetched: string[] = [];
        page.on('request', (request) => fetched.push(request.url()));
        await page.setContent(html);
        for (const width of [320, 390, 700]) {
          await page.setViewportSize({ width, height: 700 });
          const beyond = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          assert.ok(Number(beyond) <= 0, `${beyond} pixels beyond ${width}`);
        }
        await page.evaluate(axe.source);
        const found = await page.evaluate(
          `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
            violations.map(({ id, nodes }) => [id, nodes[0].html]))`,
        );
        assert.deepEqual(found, []);
        assert.deepEqual(fetched, []);
        await page.close();
      });
    }
  }
});
