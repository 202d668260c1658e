import { explain } from '../../flow/remedy.ts';
import { openArchive } from '../../world/duckdb/archive.ts';
import { type Context, refuse, type SpeechOptions, showProgress } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { explainObject, explainText } from './explain-text.ts';
import { readSources, type SourceOptions } from './sources.ts';

export interface ExplainOptions extends SourceOptions, SpeechOptions {}

/** `storno explain ID`: the case of one rental, payment or charge, from the same files and by the same verdicts. */
export async function runExplain(context: Context, id: string, options: ExplainOptions): Promise<number> {
  const sources = await readSources(options);
  if (!sources.ok) return refuse(context, options, [sources.error]);
  const archive = await openArchive({ memory: options.memory });
  const progress = await showProgress(context, options);
  try {
    const explained = await explain({ archive, progress }, { sources: sources.value, id });
    progress.stop();
    if (!explained.ok) return refuse(context, options, explained.error);
    if (explained.value === null) return refuse(context, options, [unknownId(id)]);
    const { terminal } = context;
    terminal.out(
      options.json === true
        ? `${JSON.stringify(explainObject(explained.value), null, 2)}\n`
        : explainText(explained.value, terminal.style),
    );
    return EXIT_DONE;
  } finally {
    progress.stop();
    await archive.close();
  }
}

function unknownId(id: string) {
  return {
    kind: 'unknown_id',
    file: null,
    message: `No rental, payment or charge has the id ${id}. Ids are compared exactly, letter by letter.`,
  };
}
