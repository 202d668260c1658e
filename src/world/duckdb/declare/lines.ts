import { REJECTED_VALUE_LENGTH_MAX } from '../../../core/remedy/import.ts';
import type { PreparedText } from './prepare.ts';
import { RECORD_BYTES_MAX, type RecordFault, readRecords } from './records.ts';

/** A record as a person finds it: the next row for SQL, or no row at all and why. */
export interface FoundLine {
  readonly line: number;
  /** Null for a sound record. */
  readonly unreadable: { readonly value: string; readonly reason: string } | null;
}

/**
 * The records of a text in order, with their physical lines. The sound ones are, one for one, the rows that DuckDB
 * delivers for this file; the others never reach it.
 */
export async function* findLines(text: PreparedText): AsyncGenerator<readonly FoundLine[]> {
  for await (const batch of readRecords(text.path, text.shape)) {
    yield batch.map((record) => ({
      line: text.objectLines?.[record.line - 1] ?? record.line,
      unreadable:
        record.fault === null
          ? null
          : { value: shorten(record.bytes.toString('utf8')), reason: sayFault(record.fault, text.shape.fields) },
    }));
  }
}

function sayFault(fault: RecordFault, fields: number): string {
  switch (fault.kind) {
    case 'fields':
      return `${fault.found} fields, but the header has ${fields}; ${fault.found > fields ? 'a separator or a quote is not escaped' : 'the row is cut off'}`;
    case 'quote_open':
      return 'A quote is opened here and never closed';
    case 'quote_text':
      return 'Text goes on behind a closing quote; quotes inside a value must be doubled';
    case 'too_long':
      return `${fault.bytes} bytes long; ${RECORD_BYTES_MAX} are the most for one row`;
    case 'not_utf8':
      return 'Not UTF-8; save the file as UTF-8';
    case 'carriage_return':
      return 'A carriage return stands inside the row without quotes';
    case 'nul':
      return 'The row holds a NUL byte';
  }
}

export function shorten(value: string): string {
  return value.length <= REJECTED_VALUE_LENGTH_MAX ? value : `${value.slice(0, REJECTED_VALUE_LENGTH_MAX - 1)}…`;
}
