import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, innocentsOf } from './history.ts';

/** One history and what is to be said of it; `innocents` only where they are the point. */
export interface Case {
  readonly title: string;
  readonly facts: string;
  readonly findings: readonly string[];
  readonly innocents?: readonly string[];
}

/** One test for each case: rows in, verdicts out. */
export function check(cases: readonly Case[]): void {
  for (const { title, facts, findings, innocents } of cases) {
    test(title, () => {
      assert.deepEqual(findingsOf(facts), findings);
      if (innocents !== undefined) assert.deepEqual(innocentsOf(facts), innocents);
    });
  }
}
