import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withDatabase } from '../../../../test/import/files.ts';
import { queryRows } from '../open.ts';
import { isZone, toUtcSql } from './zone.ts';
import { zoneOfLabel } from './zone-names.ts';

const SEED = 20141026;
const ZONES = [
  'Europe/Rome',
  'America/Los_Angeles',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'UTC',
];

/** The wall clock of an instant as Intl knows it, as if it were UTC: another road than the one under test. */
function wallClock(zone: string, at: number): number {
  const text = new Date(at).toLocaleString('sv-SE', { timeZone: zone });
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}

test('a wall clock read in its zone shows the same on the wall, and is the first such instant', () =>
  withDatabase(async (database) => {
    const instant = fc.integer({ min: Date.UTC(1995, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ZONES),
        fc.array(instant, { minLength: 20, maxLength: 50 }),
        async (zone, seconds) => {
          const walls = seconds.map((second) => wallClock(zone, second * 1000));
          const rows = await queryRows(
            database,
            `SELECT ${toUtcSql(zone, 'w')} FROM (SELECT unnest([${walls.join(', ')}]::BIGINT[]) AS w)`,
          );
          for (const [index, row] of rows.entries()) {
            const found = Number(row[0]);
            assert.equal(wallClock(zone, found), walls[index], `${zone} ${walls[index]}`);
            assert.ok(found <= (seconds[index] ?? 0) * 1000, 'the first pass, not the second');
          }
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  }));

test('a wall clock that never showed has no instant', () =>
  withDatabase(async (database) => {
    const local = Date.UTC(2014, 2, 30, 2, 30);
    const [row] = await queryRows(
      database,
      `SELECT ${toUtcSql('Europe/Rome', 'w')} FROM (SELECT ${local}::BIGINT AS w)`,
    );
    assert.equal(row?.[0], null);
  }));

test('zones are known by IANA name, and in reports by abbreviation', () => {
  assert.deepEqual(['Europe/Rome', 'UTC', 'Mars/X', ''].map(isZone), [true, true, false, false]);
  assert.deepEqual(['CEST', 'PDT', 'America/New_York', 'nowhere'].map(zoneOfLabel), [
    'Etc/GMT-2',
    'Etc/GMT+7',
    'America/New_York',
    null,
  ]);
});
