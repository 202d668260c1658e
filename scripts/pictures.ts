/**
 * Takes the pictures of the documents: scans the example as a reader would, opens the report in a browser, and writes
 * `docs/pictures/*.png`. Run by hand (`npm run pictures`) when the report looks different; needs a browser.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser } from '../test/report/browser.ts';

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = join(ROOT, 'examples', 'milano-2014');
const PICTURES = join(ROOT, 'docs', 'pictures');

interface Shot {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

/** Sharp enough at the width at which a README shows them, and below half a megabyte each. */
const PIXELS_PER_POINT = 1.5;

const SHOTS: readonly Shot[] = [
  { name: 'report', width: 1200, height: 1500, colorScheme: 'light' },
  { name: 'report-dark', width: 1200, height: 1500, colorScheme: 'dark' },
  { name: 'report-phone', width: 390, height: 844, colorScheme: 'light' },
];

const out = mkdtempSync(join(tmpdir(), 'storno-pictures-'));
const browser = await openBrowser();
try {
  if (typeof browser === 'string') throw new Error(browser);
  execFileSync(process.execPath, [
    join(ROOT, 'src', 'bin', 'cli.ts'),
    'scan',
    ...['--rentals', join(EXAMPLE, 'rentals.csv')],
    ...['--payments', join(EXAMPLE, 'payments.csv')],
    ...['--out', out],
  ]);
  mkdirSync(PICTURES, { recursive: true });
  for (const { name, width, height, colorScheme } of SHOTS) {
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      deviceScaleFactor: PIXELS_PER_POINT,
    });
    await page.goto(pathToFileURL(join(out, 'report.html')).href);
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
    await page.close();
    process.stdout.write(`${join('docs', 'pictures', `${name}.png`)}\n`);
  }
} finally {
  if (typeof browser !== 'string') await browser.close();
  rmSync(out, { recursive: true, force: true });
}
