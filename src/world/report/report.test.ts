import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  FIRST_DAY,
  hostile,
  INJECTION,
  MILANO,
  phantoms,
  regrade,
  sampleScan,
  withFindings,
} from '../../../test/report/sample-scans.ts';
import { money } from '../../core/kernel/money.ts';
import { DAY_MS, HOUR_MS } from '../../core/kernel/time.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { renderReport } from './report.ts';

const scan = sampleScan({ ...MILANO, accounts: 400 });
const HEAD = { title: 'milano-2014', files: ['rentals.csv', 'payments.csv'], notes: [] };

function render(of: Scan): string {
  return renderReport(of, HEAD);
}

/** The words of the page in the order of reading, blanks made one. */
function wordsOf(html: string): string {
  return html
    .replace(/<(style|svg)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ');
}

function headlineOf(of: Scan): string {
  return wordsOf(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(render(of))?.[1] ?? '').trim();
}

describe('report', () => {
  test('gives equal bytes for equal scans, whatever was rendered before', () => {
    const first = render(scan);
    render(withFindings(scan, []));
    assert.equal(render(sampleScan({ ...MILANO, accounts: 400 })), first);
  });

  test('needs no network and no script', () => {
    const html = render(scan);
    assert.doesNotMatch(html, /<script|<link[^>]+href="(?!data:,")|@import|url\((?!#)|\bsrc=/);
    const addresses = html.match(/https?:\/\/[^"\s<]+/g) ?? [];
    assert.deepEqual(addresses, []);
  });

  test('gives every element of the page its own id, and points only to ids that are there', () => {
    const html = render(scan);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    const targets = [...html.matchAll(/(?:href="#|url\(#|labelledby=")([^")]+)/g)].map(([, id]) => id);
    assert.ok(targets.length > 20);
    assert.deepEqual(
      targets.filter((target) => !ids.includes(target)),
      [],
    );
  });

  test('lets nothing from a file become HTML', () => {
    const html = renderReport(hostile(scan), { title: INJECTION, files: [INJECTION], notes: [INJECTION] });
    assert.ok(html.includes('&lt;script&gt;'));
    assert.doesNotMatch(html, /<script|<img/);
    assert.ok(!html.includes('\0') && html.isWellFormed());
    const attributes = html.match(/\son\w+=/g) ?? [];
    // The words stand in the text, escaped, and never inside a tag.
    assert.equal(attributes.length, (html.match(/&lt;img src=x onerror=/g) ?? []).length);
  });

  test('stays small however many findings there are', () => {
    const many = Array.from({ length: 250_000 }, (_, index) => {
      const finding = scan.verdicts.findings[index % scan.verdicts.findings.length];
      assert.ok(finding !== undefined);
      return { ...finding, findingId: `fnd_${index}` };
    });
    const bytes = Buffer.byteLength(render(withFindings(scan, many)));
    assert.ok(bytes < 500_000, `${bytes} bytes`);
  });

  test('shows the charts of every layer it was given', () => {
    const figures = [...render(scan).matchAll(/<figure class="picture" id="([^"]+)"/g)].map(([, id]) => id);
    assert.deepEqual(figures, ['ended', 'charged', 'gaps', 'attributes', 'money-eur']);
  });

  test('says of unused rows how many there are, and that the counts add up', () => {
    const words = wordsOf(render(scan));
    assert.match(words, /2 rows could not be used/);
    assert.match(words, /Read = used \+ repeated \+ rejected/);
    assert.match(words, /rentals 1,203 1,200 2 1/);
  });
});

describe('the verdict', () => {
  test('holds window, number, sum and customers in one sentence', () => {
    assert.match(
      headlineOf(scan),
      /^Between 10 Nov 2014 \d\d:\d\d and 13 Nov \d\d:\d\d UTC, \d+ rentals were charged twice: EUR [\d,.]+ .*customers/,
    );
  });

  test('claims no window for cases that lie outside it', () => {
    const { incident } = scan.diagnosis;
    assert.ok(incident !== null);
    const strayed = { ...scan, diagnosis: { ...scan.diagnosis, incident: { ...incident, outside: 2 } } };
    assert.doesNotMatch(headlineOf(strayed), /Between/);
    assert.match(wordsOf(render(strayed)), /2 more lie outside that window/);
  });

  test('finds nothing in these files, and says which it has not seen', () => {
    const none = withFindings(scan, []);
    assert.match(headlineOf(none), /^No wrong charge found/);
    const words = wordsOf(render(none));
    assert.match(words, /Not given, and therefore not judged: charges and settlements/);
    assert.doesNotMatch(words, /Best explained by|The largest cases/);
  });

  test('promises no refund for phantoms', () => {
    const words = wordsOf(render(withFindings(scan, phantoms(scan.verdicts.findings))));
    assert.match(words, /Correct the books/);
    assert.match(words, /nothing due/);
    assert.doesNotMatch(words, /Between [^.]*owe nobody|Give back what is proven/);
  });

  test('promises no refund for what is only possible', () => {
    const possible = scan.verdicts.findings.map((finding) =>
      regrade(finding, { class: 'double_charge', grade: 'possible', due: finding.refundDue }),
    );
    const words = wordsOf(render(withFindings(scan, possible)));
    assert.match(words, /To give back, proven nothing/);
    assert.doesNotMatch(words, /Give back what is proven/);
    assert.match(words, /only possibly owed/);
  });

  test('never adds up currencies', () => {
    const [first, second] = scan.verdicts.findings;
    assert.ok(first !== undefined && second !== undefined);
    const yen = { ...second, amount: money(1450n, 'JPY'), refundDue: money(1450n, 'JPY') };
    const words = wordsOf(render(withFindings(scan, [{ ...first, refundDue: money(1450n, 'EUR') }, yen])));
    assert.match(words, /To give back, proven EUR 14\.50 JPY 1,450 /);
    assert.doesNotMatch(words, /2,900|29\.00/);
  });
});

describe('a picture of time', () => {
  test('counts in its table what the scan holds', () => {
    const html = render(scan);
    const table = /id="charged"[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(html)?.[1] ?? '';
    const rows = [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
      [...(row ?? '').matchAll(/<t[hd][^>]*>([^<]*)</g)].map(([, cell]) => Number((cell ?? '').replaceAll(',', ''))),
    );
    const sum = (column: number) => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
    assert.equal(sum(2), scan.verdicts.findings.length);
    assert.ok(sum(1) >= sum(2));
  });

  test('shows a share also where each bar holds fewer charges than make one', () => {
    // Some 3 charges per half hour, every one of them doubled for a day.
    const thin = sampleScan({ ...MILANO, accounts: 300, doubledFromDay: 9, doubledToDay: 10, gapMs: () => 60_000 });
    const drawing = /id="charged"[\s\S]*?class="drawing wide">([\s\S]*?)<\/div>/.exec(render(thin))?.[1] ?? '';
    const line = /<path d="(M[^"]*)" fill="none" stroke="var\(--ink\)"/.exec(drawing)?.[1] ?? '';
    const heights = [...line.matchAll(/[\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
    assert.ok(heights.length > 4, line);
    assert.ok(Math.max(...heights) - Math.min(...heights) > 20, `the line is flat: ${line}`);
  });

  test('leaves out the rentals where the wrong charges came at once', () => {
    const quick = sampleScan({ ...MILANO, accounts: 400, gapMs: () => 30_000 });
    assert.doesNotMatch(render(quick), /Which rentals were affected/);
  });

  test('draws the neighbourhood of a short incident in a long history, and says so', () => {
    const long = sampleScan({
      ...MILANO,
      accounts: 400,
      days: 360,
      doubledFromDay: 100,
      doubledToDay: 102,
      gapMs: () => HOUR_MS,
    });
    const words = wordsOf(render(long));
    assert.match(words, /The picture shows 8 Feb 2015 to 11 Feb 2015, the files run from 1 Nov 2014 to 26 Oct 2015/);
    assert.equal(FIRST_DAY % DAY_MS, 0);
  });
});

describe('a picture of gaps', () => {
  test('names a timer where there is one', () => {
    const timed = sampleScan({ ...MILANO, accounts: 400, gapMs: () => 70_000 });
    assert.match(wordsOf(render(timed)), /pairs lie 30 s apart\. So narrow a peak is usually a timer/);
  });

  test('sees no timer in a peak of one day', () => {
    const spread = sampleScan({
      ...MILANO,
      accounts: 400,
      gapMs: (_, chance) => 4 * DAY_MS + Math.round(chance() * DAY_MS),
    });
    const words = wordsOf(render(spread));
    assert.match(words, /Gaps of days are usually a second run/);
    assert.doesNotMatch(words, /timer/);
  });

  test('tells a second run by gaps of days', () => {
    assert.match(wordsOf(render(scan)), /Gaps of days are usually a second run/);
  });
});

describe('a picture of attributes', () => {
  test('names the value that holds the wrong charges, and its share', () => {
    const all = scan.verdicts.findings.length;
    assert.match(
      wordsOf(render(scan)),
      new RegExp(`Most telling is batch : run-2014-11-16 has ${all} of the ${all}, \\d+% of its rows against 0%`),
    );
  });

  test('takes chance for chance: few cases over many values tell nothing', () => {
    const rows = 10_000;
    const cases = scan.verdicts.findings.slice(0, 30).map((finding, index) => {
      const { wrong } = finding.evidence;
      assert.ok(wrong !== null);
      const marked = { ...wrong, attributes: { distance: `${index * 3}` } };
      return { ...finding, evidence: { ...finding.evidence, wrong: marked } };
    });
    const values = new Map(cases.map((_, index) => [`${index * 3}`, 100]));
    const base = { fact: 'payments' as const, name: 'distance', rows, nulls: 0, distinct: 100, values };
    const even = withFindings(scan, cases);
    const words = wordsOf(render({ ...even, population: { ...even.population, attributes: [base] } }));
    assert.match(words, /No attribute stands out/);
  });

  test('says why there is none', () => {
    const bare = { ...scan, population: { ...scan.population, attributes: [] } };
    assert.match(wordsOf(render(bare)), /The files hold no column beyond the contract’s own/);
  });

  test('leaves identifiers out', () => {
    const [first] = scan.population.attributes;
    assert.ok(first !== undefined);
    const unique = { ...first, name: 'message_id', distinct: first.rows };
    const only = { ...scan, population: { ...scan.population, attributes: [unique] } };
    assert.match(wordsOf(render(only)), /No column of the files repeats its values often enough/);
  });
});

describe('a picture of money', () => {
  test('parts sum to the whole', () => {
    const html = render(scan);
    const table = /id="money-eur"[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(html)?.[1] ?? '';
    const cents = [...table.matchAll(/>Charged<[\s\S]*?class="number">([\d,.]+)</g)].map(([, amount]) =>
      BigInt((amount ?? '').replace(/[,.]/g, '')),
    );
    assert.equal(cents.length, 3);
    assert.equal(
      cents.reduce((sum, amount) => sum + amount, 0n),
      scan.population.taken[0]?.charged.amountMinor,
    );
  });
});
