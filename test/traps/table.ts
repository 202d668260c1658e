import { OTHERS } from './faults-others.ts';
import { SEVERE } from './faults-severe.ts';
import { INVARIANT_ROWS } from './invariants.ts';
import { OBSERVING } from './observing.ts';
import { REFUNDING } from './refunding.ts';
import { REMEDYING } from './remedying.ts';
import type { Row } from './row.ts';
import { SENDING } from './sending.ts';

export interface Table {
  readonly heading: string;
  /** Its rows are numbered from 1 to this. */
  readonly length: number;
  readonly rows: readonly Row[];
}

/** Everything that a payment system must survive, and what watches that this one does. */
export const TABLES: readonly Table[] = [
  { heading: 'The 42 traps of charging and refunding', length: 42, rows: [...SENDING, ...REFUNDING, ...OBSERVING] },
  { heading: 'The 12 ways in which a remediation goes wrong', length: 12, rows: REMEDYING },
  { heading: 'The 46 faults', length: 46, rows: [...SEVERE, ...OTHERS] },
  { heading: 'The 15 invariants', length: 15, rows: INVARIANT_ROWS },
];
