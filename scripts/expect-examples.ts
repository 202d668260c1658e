/**
 * Writes the expected output of every example anew. Read the difference before you commit it: it is what users will
 * see.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, ROOT, scanExample } from '../test/examples/scan-example.ts';

for (const example of EXAMPLES) {
  const folder = join(ROOT, example.folder, 'expected');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of scanExample(example)) writeFileSync(join(folder, name), text);
}
