import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueReminder, type RemindedLot } from './reminder.ts';

const LOT: RemindedLot = { remaining: 12, givenOn: '2014-11-24', lastDay: '2015-02-22', reminded: [] };

test('reminders fall due 14 and 3 days before the last day, which still counts', () => {
  const due = (today: string, lot: Partial<RemindedLot> = {}) => dueReminder({ ...LOT, ...lot }, today);
  assert.equal(due('2015-02-07'), null);
  assert.equal(due('2015-02-08'), 14);
  assert.equal(due('2015-02-18'), 14);
  assert.equal(due('2015-02-19'), 3);
  assert.equal(due('2015-02-22'), 3);
  assert.equal(due('2015-02-23'), null);
});

test('each is written once, and the earlier not after the later', () => {
  assert.equal(dueReminder({ ...LOT, reminded: [14] }, '2015-02-10'), null);
  assert.equal(dueReminder({ ...LOT, reminded: [14] }, '2015-02-19'), 3);
  assert.equal(dueReminder({ ...LOT, reminded: [14, 3] }, '2015-02-20'), null);
  assert.equal(dueReminder({ ...LOT, reminded: [3] }, '2015-02-10'), null);
});

test('nobody is reminded of minutes that are spent', () => {
  assert.equal(dueReminder({ ...LOT, remaining: 0 }, '2015-02-19'), null);
});

test('minutes given for ten days have no reminder of the fourteenth, on the day they are given or later', () => {
  const short = { ...LOT, givenOn: '2015-02-12' };
  assert.equal(dueReminder(short, '2015-02-12'), null);
  assert.equal(dueReminder(short, '2015-02-19'), 3);
});

test('minutes given for exactly 14 days are no news twice on the day they are given', () => {
  assert.equal(dueReminder({ ...LOT, givenOn: '2015-02-08' }, '2015-02-08'), null);
  assert.equal(dueReminder({ ...LOT, givenOn: '2015-02-07' }, '2015-02-08'), 14);
});

test('days are those of the calendar, over a change of clocks and a leap day', () => {
  assert.equal(dueReminder({ ...LOT, lastDay: '2015-04-05' }, '2015-03-21'), null);
  assert.equal(dueReminder({ ...LOT, lastDay: '2015-04-05' }, '2015-03-22'), 14);
  const leap = { ...LOT, givenOn: '2024-01-01', lastDay: '2024-03-02', reminded: [14] } as const;
  assert.equal(dueReminder(leap, '2024-02-27'), null);
  assert.equal(dueReminder(leap, '2024-02-28'), 3);
});
