import type { Proof, Row } from './row.ts';
import type { Table } from './table.ts';

/** The document with each table under its heading written anew; the words around the tables stay. */
export function withTables(document: string, tables: readonly Table[]): string {
  return tables.reduce(withTable, document);
}

function withTable(document: string, table: Table): string {
  const heading = `## ${table.heading}\n`;
  const start = document.indexOf(heading);
  const [, before = '', after = ''] = /^([\s\S]*?\n\n)(?:\|.*\n)*([\s\S]*)$/.exec(document.slice(start)) ?? [];
  return document.slice(0, start) + before + written(table) + after;
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
