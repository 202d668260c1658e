import { parse } from 'csv-parse/sync';
import type { TextShape } from './records.ts';

/** How a CSV file writes its records, told by its first lines. */
export interface CsvHeader {
  readonly shape: TextShape & { readonly delimiter: string };
  /** Trimmed, never empty, unique without regard to case: a second `Note` is `Note_2`, a nameless one `column_7`. */
  readonly names: readonly string[];
  /** Names that stood there more than once, as written. */
  readonly repeated: readonly string[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Reads the header from the beginning of a file; null where no record begins there. */
export function readCsvHeader(head: string): CsvHeader | null {
  const text = head.startsWith('\ufeff') ? head.slice(1) : head;
  const lead = /^(?:[ \t]*\r?\n)*/.exec(text)?.[0] ?? '';
  const hint = /^sep=(.)\r?\n/i.exec(text.slice(lead.length));
  const body = text.slice(lead.length + (hint?.[0].length ?? 0));
  const candidates = hint?.[1] === undefined ? DELIMITERS : [hint[1]];
  const [first, ...others] = candidates.map((delimiter) => parseFirst(body, delimiter));
  if (first === undefined || first === null) return null;
  const best = others.reduce<FirstRecord>(
    (most, each) => (each !== null && each.fields.length > most.fields.length ? each : most),
    first,
  );
  const above = countLineEnds(lead) + (hint === null ? 0 : 1);
  return {
    shape: { delimiter: best.delimiter, fields: best.fields.length, headerLines: above + best.lines },
    ...nameColumns(best.fields),
  };
}

interface FirstRecord {
  readonly delimiter: string;
  readonly fields: readonly string[];
  readonly lines: number;
}

function parseFirst(body: string, delimiter: string): FirstRecord | null {
  try {
    const [first] = parse(body, {
      delimiter,
      to: 1,
      info: true,
      relax_quotes: true,
      relax_column_count: true,
    }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return first === undefined
      ? null
      : { delimiter, fields: first.record, lines: first.record.reduce((sum, field) => sum + countLineEnds(field), 1) };
  } catch {
    return { delimiter, fields: (body.split(/\r?\n/, 1)[0] ?? '').split(delimiter), lines: 1 };
  }
}

function countLineEnds(text: string): number {
  return text.split('\n').length - 1;
}

export function nameColumns(fields: readonly string[]): { readonly names: string[]; readonly repeated: string[] } {
  const taken = new Set<string>();
  const repeated: string[] = [];
  const names = fields.map((field, index) => {
    const wanted = field.trim() === '' ? `column_${index + 1}` : field.trim();
    if (taken.has(wanted.toLowerCase())) repeated.push(wanted);
    const name = freeName(wanted, taken);
    taken.add(name.toLowerCase());
    return name;
  });
  return { names, repeated };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let times = 2; taken.has(name.toLowerCase()); times++) name = `${wanted}_${times}`;
  return name;
}
