import type { Proof, Row } from './row.ts';
import type { Table } from './table.ts';

/** The document with each table under its heading written anew; the words around the tables stay. */
export function withTables(document: string, tables: readonly Table[]): string {
  return tables.reduce(withTable, document);
}

/** Words first, then the table. */
function withTable(document: string, table: Table): string {
  const start = document.indexOf(`## ${table.heading}\n`);
  const next = document.indexOf('\n## ', start);
  const end = next < 0 ? document.length : next;
  const words = document.slice(start, end).replace(/^\|.*\n?/gm, '');
  return `${document.slice(0, start)}${words.trim()}\n\n${written(table)}${document.slice(end)}`;
}

function written({ rows }: Table): string {
  const head = '| | What goes wrong | What Storno does | Watched by |\n|---|---|---|---|\n';
  return head + rows.map((row) => `${lineOf(row)}\n`).join('');
}

function lineOf(row: Row): string {
  const left = row.later === null ? [] : [`*later*, with ${row.later.awaits}: ${row.later.why}`];
  return `| ${row.number} | ${row.wrong} | ${row.does} | ${[...row.proofs.map(proofText), ...left].join('; ')} |`;
}

function proofText(proof: Proof): string {
  switch (proof.kind) {
    case 'test':
      return `\`${proof.file}\``;
    case 'fault':
      return `simulated ${proof.faults.map((fault) => `\`${fault}\``).join(', ')}`;
    case 'saboteur':
      return `planted ${proof.names.map((name) => `\`${name}\``).join(', ')}`;
  }
}
