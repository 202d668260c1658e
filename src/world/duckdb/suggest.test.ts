import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Folder, paymentsCsv, plainPayment, readFiles, withFolder } from '../../../test/import/files.ts';
import type { FactKind } from '../../core/fact/fact.ts';
import { type SuggestedMap, suggestMap } from './suggest.ts';

async function suggest(folder: Folder, name: string, content: string): Promise<SuggestedMap> {
  const suggested = await suggestMap(folder.write(name, content));
  assert.ok(suggested.ok);
  return suggested.value;
}

function rowsOf(count: number, row: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => row(index)).join('\n');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

const GERMAN = `Vorgangsnummer;Kundennr.;Fahrt;Vorgangsart;Betrag;Gebucht am;Ergebnis;Server\n${rowsOf(40, (i) => {
  const [kind, outcome] = [i % 8 === 7 ? 'Erstattung' : 'Einzug', i % 10 === 9 ? 'abgelehnt' : 'ok'];
  const time = `${two((i % 28) + 1)}.11.2014 09:${two(i)}`;
  return `Z-${i};K-${i % 9};F-${i};${kind};1.2${two(i)},50 €;${time};${outcome};app-${i % 3}`;
})}\n`;

const ITALIAN = `Codice noleggio;Cliente;Targa;Inizio noleggio;Fine noleggio;Importo dovuto;Valuta\n${rowsOf(
  30,
  (i) =>
    `N${i};C${i % 7};AB${i % 5};${two((i % 28) + 1)}/11/2014 10:00:00;${two((i % 28) + 1)}/11/2014 10:${two(30 + (i % 20))}:00;"${10 + i},90";EUR`,
)}\n`;

const BANK = `Buchungstag;Zeile;Zahlung;Betrag EUR;Datei\n${rowsOf(30, (i) => `${two((i % 28) + 1)}.11.2014;Z${i};pay_${i};${i % 4 === 0 ? '-' : ''}14,50;f1`)}\n`;

/** A foreign file, the fact that it holds, and what must be found in it. */
const FOREIGN: readonly (readonly [
  title: string,
  content: string,
  fact: FactKind,
  expressions: Readonly<Record<string, string>>,
])[] = [
  [
    'German payments with decimal commas and written dates',
    GERMAN,
    'payments',
    {
      payment_id: 'Vorgangsnummer',
      account_id: '"Kundennr."',
      rental_id: 'Fahrt',
      kind: "CASE Vorgangsart WHEN 'Einzug' THEN 'charge' WHEN 'Erstattung' THEN 'refund' ELSE Vorgangsart END",
      status: "CASE Ergebnis WHEN 'ok' THEN 'succeeded' WHEN 'abgelehnt' THEN 'failed' ELSE Ergebnis END",
      currency: "'EUR'",
      created_at: 'strptime("Gebucht am", \'%d.%m.%Y %H:%M\')',
    },
  ],
  [
    'Italian rentals',
    ITALIAN,
    'rentals',
    {
      rental_id: '"Codice noleggio"',
      account_id: 'Cliente',
      vehicle_id: 'Targa',
      started_at: 'strptime("Inizio noleggio", \'%d/%m/%Y %H:%M:%S\')',
      ended_at: 'strptime("Fine noleggio", \'%d/%m/%Y %H:%M:%S\')',
      amount_due: "replace(replace(\"Importo dovuto\", '.', ''), ',', '.')",
      currency: 'Valuta',
    },
  ],
  [
    'lines of a German bank',
    BANK,
    'settlements',
    {
      line_id: 'Zeile',
      payment_id: 'Zahlung',
      booked_at: "strptime(Buchungstag, '%d.%m.%Y')",
      currency: "'EUR'",
      file: 'Datei',
    },
  ],
];

for (const [title, content, fact, expressions] of FOREIGN) {
  test(`suggests a map for ${title}, and the map works`, () =>
    withFolder(async (folder) => {
      const { suggestions, mapText } = await suggest(folder, 'export.csv', content);
      const [best] = suggestions;
      assert.equal(best?.fact, fact);
      assert.deepEqual(best?.missing, []);
      const found = Object.fromEntries(best?.columns.map(({ column, expression }) => [column, expression]) ?? []);
      for (const [column, expression] of Object.entries(expressions)) assert.equal(found[column], expression);
      assert.ok(best?.columns.every(({ confidence }) => confidence > 0 && confidence <= 1));
      const count = content.trim().split('\n').length - 1;
      assert.deepEqual(best?.trial, { rows: count, usable: count });
      const payments = folder.write('p.csv', paymentsCsv([]));
      const map = { path: `${folder.path}/map.json`, text: mapText };
      const { facts } = await readFiles({ payments: [payments] }, { map, timeZone: 'Europe/Berlin' });
      assert.deepEqual([facts[fact]?.used.length, facts[fact]?.rejected], [count, []]);
    }));
}

test('joins a date with the time of day beside it, and tells refunds by their sign', () =>
  withFolder(async (folder) => {
    const content = `txn id,user,Date,Time,Amount\n${rowsOf(30, (i) => `t${i},u${i % 4},${(i % 12) + 1}/${(i % 28) + 1}/2014,09:${two(i)}:00,"${i % 5 === 0 ? '-' : ''}$1,2${two(i)}.50"`)}\n`;
    const { suggestions, notes } = await suggest(folder, 'en.csv', content);
    const found = Object.fromEntries(
      suggestions[0]?.columns.map(({ column, expression }) => [column, expression]) ?? [],
    );
    assert.equal(suggestions[0]?.fact, 'payments');
    assert.match(found.created_at ?? '', /^strptime\(Date \|\| ' ' \|\| "Time", \['%m\/%d\/%Y %H:%M:%S'/);
    assert.match(found.kind ?? '', /THEN 'refund' ELSE 'charge' END$/);
    assert.equal(found.currency, "'USD'");
    assert.deepEqual(suggestions[0]?.trial, { rows: 30, usable: 30 });
    assert.ok(notes.some((note) => note.includes('say no zone: give --tz')));
  }));

test('takes whole numbers for euros only with a warning, and cents for cents where the name says so', () =>
  withFolder(async (folder) => {
    const rows = rowsOf(20, (i) => `r${i},c${i % 3},2014-11-${two((i % 28) + 1)}T10:00:00Z,1450,EUR`);
    const whole = await suggest(folder, 'whole.csv', `rental_id,customer,end,price,currency\n${rows}\n`);
    const price = whole.suggestions[0]?.columns.find(({ column }) => column === 'amount_due');
    assert.ok(price !== undefined && price.confidence < 0.5 && price.why.includes('from_minor(price, currency)'));
    assert.ok(whole.notes.some((note) => note.startsWith('Check amount_due')));
    const cents = await suggest(folder, 'cents.csv', `rental_id,customer,end,price_cents,currency\n${rows}\n`);
    const found = cents.suggestions[0]?.columns.find(({ column }) => column === 'amount_due');
    assert.equal(found?.expression, 'from_minor(price_cents, currency)');
  }));

test('names what is missing instead of inventing an id', () =>
  withFolder(async (folder) => {
    const { suggestions, notes } = await suggest(
      folder,
      'a.csv',
      `zone,start,end,total\n${rowsOf(20, (i) => `${i % 3},2014-11-16T10:00:00Z,2014-11-16T11:00:00Z,${i}.50`)}\n`,
    );
    assert.equal(suggestions[0]?.fact, 'rentals');
    assert.deepEqual([suggestions[0]?.missing, suggestions[0]?.trial], [['rental_id'], null]);
    assert.ok(notes.some((note) => note.startsWith('Nothing was found for rental_id')));
  }));

test('says where no map is needed', () =>
  withFolder(async (folder) => {
    const own = await suggest(folder, 'a.csv', paymentsCsv([plainPayment('p1')]));
    assert.equal(own.recognised, "the contract's own columns: give it as --payments");
    const trips = await suggest(
      folder,
      'a.ndjson',
      '{"trip_id":"t","device_id":"d","start_time":1415000000000,"end_time":1415000060000,"actual_cost":3}\n',
    );
    assert.equal(trips.recognised, 'a MDS trips: give it as --rentals');
  }));

test('refuses what a scan refuses', async () => {
  const suggested = await suggestMap('/nowhere/none.csv');
  assert.ok(!suggested.ok && suggested.error[0]?.kind === 'missing');
});
