import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addDays } from './day.ts';
import { addTargetDays, isTargetDay } from './target-day.ts';

const LIST = join(import.meta.dirname, '../../../../shared/data/calendars/target-closing-days-2015-2035.csv');

test('every day of 2015 to 2035 is open or closed as the published list says', (t) => {
  if (!existsSync(LIST)) return t.skip(`${LIST} is not here`);
  const closed = new Set(
    readFileSync(LIST, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.slice(0, 10)),
  );
  let weekday = 4; // 2015-01-01 was a Thursday.
  for (let day = '2015-01-01'; day <= '2035-12-31'; day = addDays(day, 1)) {
    const isOpen = weekday !== 0 && weekday !== 6 && !closed.has(day);
    assert.equal(isTargetDay(day), isOpen, day);
    weekday = (weekday + 1) % 7;
  }
});

test('a day after Maundy Thursday is the Tuesday after Easter', () => {
  assert.equal(addTargetDays('2026-04-02', 1), '2026-04-07');
});

test('with no days to add it is the first open day from there on', () => {
  assert.equal(addTargetDays('2026-11-25', 0), '2026-11-25');
  assert.equal(addTargetDays('2026-11-28', 0), '2026-11-30');
  assert.equal(addTargetDays('2026-12-24', 1), '2026-12-28');
});

test('a day after a Saturday is Tuesday, because nothing is taken before Monday', () => {
  assert.equal(addTargetDays('2026-11-28', 1), '2026-12-01');
});

test('Italian holidays are working days', () => {
  for (const day of ['2025-04-25', '2025-06-02', '2025-08-15', '2025-12-08']) assert.equal(isTargetDay(day), true, day);
});
