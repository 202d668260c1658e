/** The report in a real browser: what a reader on a phone, at a desk, in the dark and on paper gets. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { money } from '../src/core/kernel/money.ts';
import type { Scan } from '../src/core/remedy/scan.ts';
import { renderReport } from '../src/world/report/report.ts';
import { openBrowser } from './report/browser.ts';
import { hostile, MILANO, phantoms, RETRIES, regrade, sampleScan, withFindings } from './report/sample-scans.ts';

const milano = sampleScan({ ...MILANO, accounts: 1000 });
const few = sampleScan({ ...MILANO, accounts: 300 });

const SCANS: Readonly<Record<string, Scan>> = {
  milano,
  'retries, fifty attributes': sampleScan({ ...RETRIES, attributes: 50 }),
  nothing: withFindings(few, []),
  'one finding': withFindings(few, few.verdicts.findings.slice(0, 1)),
  'only possible': withFindings(
    few,
    few.verdicts.findings.map((finding) =>
      regrade(finding, { class: 'double_charge', grade: 'possible', due: money(0n, 'EUR') }),
    ),
  ),
  'only phantoms': withFindings(few, phantoms(few.verdicts.findings)),
  'three currencies, long hostile ids': hostile(few),
};

const HEAD = { title: 'milano-2014', files: ['rentals.csv', 'payments.csv'], notes: [] };

let browser: Browser | string;
let server: Server;
let origin: string;
/** Every request that a page made, the page itself apart. */
let strays: string[] = [];

before(async () => {
  browser = await openBrowser();
  // Over HTTP, so that any request for more would arrive somewhere and be seen.
  server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    const scan = SCANS[name];
    if (scan === undefined) strays.push(name);
    response.writeHead(scan === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(scan === undefined ? '' : renderReport(scan, HEAD));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

after(async () => {
  if (typeof browser !== 'string') await browser.close();
  server.close();
});

interface View {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

async function withPage(t: TestContext, name: string, view: View, look: (page: Page) => Promise<void>): Promise<void> {
  if (typeof browser === 'string') return t.skip(browser);
  const page = await browser.newPage({
    viewport: { width: view.width, height: 900 },
    colorScheme: view.colorScheme,
    // The checker is put into the page, which the page's own policy would forbid.
    bypassCSP: true,
  });
  strays = [];
  page.on('request', (request) => {
    if (request.url() !== origin + encodeURIComponent(name) && !request.url().startsWith('data:')) {
      strays.push(request.url());
    }
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  try {
    await page.goto(origin + encodeURIComponent(name));
    await look(page);
    assert.deepEqual(strays, [], 'the page asks the network for something');
    assert.deepEqual(errors, [], 'the page runs into an error');
  } finally {
    await page.close();
  }
}

/** Boxes that stick out of the page, and texts of pictures that stick out of their picture. */
const STICKING_OUT = `(() => {
  const out = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) out.push('page ' + document.documentElement.scrollWidth);
  for (const text of document.querySelectorAll('.drawing text')) {
    const box = text.getBoundingClientRect();
    const frame = text.ownerSVGElement.getBoundingClientRect();
    if (box.width === 0) continue;
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      out.push(text.textContent);
  }
  for (const node of document.querySelectorAll('h1, h2, h3, p, li, dt, dd, caption, .figure, .cases th, .cases td')) {
    const box = node.getBoundingClientRect();
    if (box.width > 0 && (box.right > width + 1 || node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline'))
      out.push(node.tagName + ': ' + node.textContent.slice(0, 60));
  }
  return out;
})()`;

/** The size in CSS pixels of the smallest text of all pictures that are shown. */
const SMALLEST_TEXT = `Math.min(99, ...[...document.querySelectorAll('.drawing text')]
  .filter((text) => text.getBoundingClientRect().width > 0)
  .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))`;

/** Pictures without a heading before, a sentence, an accessible name or a table after the drawing. */
const BARE_PICTURES = `[...document.querySelectorAll('figure')].filter((figure) => {
  const named = [...figure.querySelectorAll('svg')].every((svg) => {
    const title = document.getElementById(svg.getAttribute('aria-labelledby'));
    return svg.getAttribute('role') === 'img' && title !== null && title.textContent !== '';
  });
  const table = figure.querySelector('.drawing ~ details table tbody tr');
  return !named || table === null || !figure.querySelector('h3 + .says')?.textContent;
}).map((figure) => figure.id)`;

const SHOWN_DRAWINGS = `[...document.querySelectorAll('figure')].map((figure) =>
  [...figure.querySelectorAll('.drawing')].filter((drawing) => drawing.getBoundingClientRect().width > 0).length)`;

for (const [name, scan] of Object.entries(SCANS)) {
  describe(`report: ${name}`, () => {
    for (const width of [390, 1400]) {
      test(`fits ${width} px, nothing is cut off, and it asks the network for nothing`, async (t) => {
        await withPage(t, name, { width, colorScheme: 'light' }, async (page) => {
          assert.deepEqual(await page.evaluate(STICKING_OUT), []);
          const smallest = await page.evaluate(SMALLEST_TEXT);
          assert.ok(Number(smallest) >= 9.9, `text of ${smallest} px in a picture`);
        });
      });
    }

    for (const colorScheme of ['light', 'dark'] as const) {
      test(`has no serious barrier in the ${colorScheme}`, async (t) => {
        await withPage(t, name, { width: 390, colorScheme }, async (page) => {
          // Closed tables are read too.
          await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
          await page.evaluate(axe.source);
          const found = (await page.evaluate(
            `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
              violations.map(({ id, impact, nodes }) => [impact, id, nodes[0].html]))`,
          )) as readonly (readonly [string, string, string])[];
          assert.deepEqual(
            found.filter(([impact]) => impact === 'serious' || impact === 'critical'),
            [],
          );
        });
      });
    }

    test('shows each picture once, with heading, sentence, name and table', async (t) => {
      await withPage(t, name, { width: 1400, colorScheme: 'light' }, async (page) => {
        assert.deepEqual(await page.evaluate(BARE_PICTURES), []);
        const pictures = (await page.evaluate(SHOWN_DRAWINGS)) as readonly number[];
        assert.ok(pictures.every((drawings) => drawings === 1));
        assert.equal(pictures.length > 0, scan.verdicts.findings.length > 0);
      });
    });
  });
}

describe('report in numbers', () => {
  test('stands the bars of affected rentals on the ground where no other rental ended', async (t) => {
    await withPage(t, 'milano', { width: 1400, colorScheme: 'light' }, async (page) => {
      // In this scan every rental of the window was charged twice.
      const bottoms = (await page.evaluate(`[...document.querySelectorAll('#ended .wide path[fill="var(--wrong)"]')]
        .map((bar) => bar.getBBox()).filter(({ height }) => height > 0.5).map(({ y, height }) => Math.round(y + height))`)) as readonly number[];
      assert.ok(bottoms.length > 10);
      assert.equal(new Set(bottoms).size, 1, `bars stand at ${[...new Set(bottoms)].join(', ')}`);
    });
  });
});

describe('report on paper', () => {
  test('is printed in light colours on A4, without contents and closed tables', async (t) => {
    await withPage(t, 'milano', { width: 794, colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
      assert.equal(await page.evaluate('getComputedStyle(document.body).color'), 'rgb(29, 28, 26)');
      assert.equal(await page.evaluate("getComputedStyle(document.querySelector('nav')).display"), 'none');
      const pdf = await page.pdf({ preferCSSPageSize: true });
      const [box] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf.toString('latin1')) ?? [];
      assert.match(String(box), /59[45]\.\d* 84[12]/);
      const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
      assert.ok(pages >= 3 && pages <= 12, `${pages} pages`);
    });
  });
});

describe('report in two papers', () => {
  test('turns every colour of a picture with the scheme', async (t) => {
    const colours: Record<string, unknown> = {};
    for (const colorScheme of ['light', 'dark'] as const) {
      await withPage(t, 'milano', { width: 1400, colorScheme }, async (page) => {
        colours[colorScheme] = await page.evaluate(
          "[...document.querySelectorAll('.wide text, .wide :not(clipPath) > path[fill]')].map((node) => getComputedStyle(node).fill)",
        );
      });
    }
    if (typeof browser === 'string') return;
    const light = colours.light as readonly string[];
    const dark = colours.dark as readonly string[];
    assert.ok(light.length > 100);
    const stuck = light.filter((fill, index) => fill === dark[index] && fill !== 'none' && !fill.startsWith('url('));
    // What was given back has one colour that stands on both papers, and white is written on the two darkest cells.
    assert.deepEqual([...new Set(stuck)].sort(), ['rgb(127, 154, 163)', 'rgb(255, 255, 255)']);
  });
});
