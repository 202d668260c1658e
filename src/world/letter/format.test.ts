import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { currencies, exponentOf } from '../../core/kernel/currency.ts';
import { AMOUNT_MINOR_MAX, money } from '../../core/kernel/money.ts';
import { DAY_MS, toRfc3339 } from '../../core/kernel/time.ts';
import { sayAmount, sayClock, sayDay, sayDays, sayTime, sayZone } from './format.ts';
import { LANGUAGES, localeFor } from './locale.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 1000 };

const anyLocale = fc
  .constantFrom(...LANGUAGES, 'de-AT', 'de-CH', 'fr-CH', 'it-CH', 'es-MX', 'en-US', 'pt-BR', 'xx')
  .map((tag) => localeFor(tag, LANGUAGES));
const LAST_DAY = Math.floor(Date.UTC(2199, 11, 31) / DAY_MS);
const anyDay = fc.nat({ max: LAST_DAY }).map((day) => toRfc3339(day * DAY_MS).slice(0, 10));

test('every sum is written with exactly its digits, however large, in every language and currency', () => {
  const codes = currencies().map(([code]) => code);
  fc.assert(
    fc.property(
      anyLocale,
      fc.bigInt({ min: 0n, max: AMOUNT_MINOR_MAX }),
      fc.constantFrom(...codes),
      (locale, amount, currency) => {
        const digits = sayAmount(money(amount, currency), locale).replace(/\D/g, '');
        assert.equal(digits, amount.toString().padStart((exponentOf(currency) ?? 0) + 1, '0'));
      },
    ),
    RUNS,
  );
});

test('every day is written with its own number and year, and never breaks between day and month', () => {
  fc.assert(
    fc.property(anyLocale, anyDay, (locale, day) => {
      const [year, , number] = day.split('-').map(Number);
      const said = sayDay(day, locale);
      const numbers = [...said.matchAll(/\d+/g)].map(([digits]) => Number(digits)).sort((one, other) => one - other);
      assert.deepEqual(numbers, [number, year]);
      if (locale.tag !== 'en-US') assert.doesNotMatch(said, /^\S+ \p{L}/u, said);
    }),
    RUNS,
  );
});

test('days are those of the calendar, whatever the zone of this machine', (t) => {
  const before = process.env.TZ;
  t.after(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    process.env.TZ = zone;
    assert.equal(sayDay('2015-02-22', localeFor('de', LANGUAGES)), '22.\u00a0Februar 2015');
    assert.equal(sayClock({ day: '2014-11-12', time: '00:05' }, localeFor('it', LANGUAGES)), '00:05');
  }
});

test('the first of a month is 1er in French and 1º in Italian, the twenty-first is not', () => {
  const said = (tag: string, day: string): string => sayDay(day, localeFor(tag, LANGUAGES)).replaceAll('\u00a0', ' ');
  assert.equal(said('fr', '2014-12-01'), '1er décembre 2014');
  assert.equal(said('it', '2014-12-01'), '1º dicembre 2014');
  assert.equal(said('fr', '2014-12-21'), '21 décembre 2014');
});

test('zones are named as people name them', () => {
  const named = LANGUAGES.map((language) => sayZone('Europe/Rome', localeFor(language, LANGUAGES)));
  assert.deepEqual(named, [
    'ora dell’Europa centrale',
    'Mitteleuropäische Zeit',
    'Central European Time',
    'hora de Europa central',
    'heure d’Europe centrale',
  ]);
  assert.match(
    sayTime({ day: '2014-11-12', time: '18:02' }, 'Europe/Rome', localeFor('de', LANGUAGES)),
    /18:02 Uhr \(Mi/,
  );
});

test('a stretch of days is told once, a single day as one', () => {
  const de = localeFor('de', LANGUAGES);
  assert.equal(sayDays({ from: '2014-11-10', to: '2014-11-13' }, de), '10.–13. November 2014');
  assert.equal(sayDays({ from: '2014-11-10', to: '2014-11-10' }, de), '10.\u00a0November 2014');
});

test('languages fall back from region to language to English, and other tags are English', () => {
  const tags = [
    'de-AT',
    'de',
    'DE_at',
    'it-CH',
    'en-US',
    'en',
    'pt-BR',
    'x',
    '',
    '../../etc',
    'de-u-nu-arab',
    'fr-Latn-CH',
  ];
  assert.deepEqual(
    tags.map((tag) => Object.values(localeFor(tag, LANGUAGES)).join(' ')),
    [
      'de de-AT',
      'de de',
      'de de-AT',
      'it it-CH',
      'en en-US',
      'en en-GB',
      'en en-GB',
      'en en-GB',
      'en en-GB',
      'en en-GB',
      'de de',
      'fr fr-Latn-CH',
    ],
  );
});
