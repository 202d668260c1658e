/** Writes the tables of docs/faults.md anew: node test/traps/write-document.ts */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTables } from './document.ts';
import { TABLES } from './table.ts';

const PATH = join(import.meta.dirname, '../../docs/faults.md');
writeFileSync(PATH, withTables(readFileSync(PATH, 'utf8'), TABLES));
