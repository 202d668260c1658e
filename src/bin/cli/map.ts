import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { type SuggestedMap, type Suggestion, suggestMap } from '../../world/duckdb/suggest.ts';
import { openFolder } from '../../world/out/folder.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_DONE, type Problem } from './exit.ts';
import { quote } from './quote.ts';
import { WIDTH, wrap } from './terminal.ts';

export interface MapOptions extends SpeechOptions {
  readonly suggest: string;
  readonly out?: string;
}

/** `storno map --suggest FILE`: how an unknown file might be read, how sure that is column by column, and the map. */
export async function runMap(context: Context, options: MapOptions): Promise<number> {
  const { out } = options;
  if (out !== undefined && existsSync(out)) return refuse(context, options, [alreadyThere(out)]);
  const suggested = await suggestMap(options.suggest);
  if (!suggested.ok) return refuse(context, options, suggested.error);
  const map = mapBeside(suggested.value, out ?? 'map.json');
  if (out !== undefined) {
    const problem = await writeMap(context, out, map);
    if (problem !== null) return refuse(context, options, [problem]);
  }
  const { terminal } = context;
  terminal.out(
    options.json === true
      ? `${JSON.stringify({ ...toObject(suggested.value), map: JSON.parse(map) }, null, 2)}\n`
      : mapText({ suggested: suggested.value, map, out: out ?? null, heading: (text) => terminal.style('bold', text) }),
  );
  return EXIT_DONE;
}

function alreadyThere(path: string): Problem {
  return { kind: 'exists', file: path, message: `${path} is already there. Move it away, or name another with --out.` };
}

/** A map names its files relative to where it lies itself. */
function mapBeside({ file, mapText: text }: SuggestedMap, path: string): string {
  const from = relative(resolve(dirname(path)), resolve(file));
  const facts = Object.entries(JSON.parse(text) as Readonly<Record<string, object>>);
  return `${JSON.stringify(Object.fromEntries(facts.map(([fact, entry]) => [fact, { ...entry, from }])), null, 2)}\n`;
}

async function writeMap({ interrupts }: Context, path: string, map: string): Promise<Problem | null> {
  const folder = openFolder(dirname(path));
  if (!folder.ok) return { ...folder.error, file: path };
  interrupts.onInterrupt(folder.value.discard);
  try {
    await writeFile(folder.value.stage(basename(path)), map);
    folder.value.commit();
    return null;
  } finally {
    folder.value.discard();
  }
}

function toObject({ file, recognised, suggestions, notes }: SuggestedMap): object {
  return { file, recognised, notes, suggestions };
}

interface MapView {
  readonly suggested: SuggestedMap;
  readonly map: string;
  /** Where the map was written; null where it is only shown. */
  readonly out: string | null;
  heading(text: string): string;
}

function mapText({ suggested, map, out, heading }: MapView): string {
  const { file, recognised, suggestions, notes } = suggested;
  const [best, second] = suggestions;
  if (recognised !== null) return `${file} needs no map. Recognised: ${recognised}.\n`;
  if (best === undefined) return `${file} has no columns to map.\n`;
  const parts = [
    heading(`${file} looks like ${best.fact} (${percent(best.confidence)}${sayTrial(best)}).`),
    columnLines(best),
    notes.map((note) => wrap(`- ${note}.`, { width: WIDTH - 2, indent: 2 })).join('\n'),
    second === undefined
      ? ''
      : `If it is none of ${best.fact}, it is next like ${second.fact} (${percent(second.confidence)}).`,
    out === null ? map.trimEnd() : '',
    nextLines({ best, file, out, heading }).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function sayTrial({ trial }: Suggestion): string {
  return trial === null ? '' : `; ${trial.usable} of its first ${trial.rows} rows can be used`;
}

function columnLines({ columns }: Suggestion): string {
  const nameWidth = Math.max(...columns.map(({ column }) => column.length));
  return columns
    .map(({ column, confidence, expression }) => {
      const shown =
        expression.length > EXPRESSION_SHOWN_MAX ? `${expression.slice(0, EXPRESSION_SHOWN_MAX)} …` : expression;
      return `  ${percent(confidence).padStart(5)}  ${column.padEnd(nameWidth)}  ${shown}`;
    })
    .join('\n');
}

/** What fits beside the longest column name in 80 columns; the map has all of it. */
const EXPRESSION_SHOWN_MAX = 48;

interface NextSteps {
  readonly best: Suggestion;
  readonly file: string;
  readonly out: string | null;
  heading(text: string): string;
}

function nextLines({ best, file, out, heading }: NextSteps): readonly string[] {
  const scan = `${COMMAND} scan --map ${quote(out ?? 'map.json')}`;
  const needsPayments = best.fact === 'payments' ? '' : ' --payments FILE';
  return [
    heading('Next'),
    out === null
      ? `  ${COMMAND} map --suggest ${quote(file)} --out map.json`
      : `  Look at ${out} and correct what was not guessed.`,
    `  ${scan}${needsPayments} --out report`,
  ];
}

function percent(confidence: number): string {
  return `${Math.round(100 * confidence)}%`;
}
