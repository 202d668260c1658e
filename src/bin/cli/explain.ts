import type { Sources } from '../../flow/ports.ts';
import { explain } from '../../flow/remedy.ts';
import { openArchive } from '../../world/duckdb/archive.ts';
import { type Context, refuse, type SpeechOptions, showProgress } from './context.ts';
import { EXIT_DONE, type Problem } from './exit.ts';
import { explainObject, explainText } from './explain-text.ts';
import type { SourceOptions } from './sources.ts';
import { withSources } from './with-sources.ts';

export interface ExplainOptions extends SourceOptions, SpeechOptions {}

/** A finding is named after what is wrong: the first column of findings.csv can be pasted too. */
const FINDING_PREFIX = 'fnd_';

/** `storno explain ID`: the case of one rental, payment or charge, from the same files and by the same verdicts. */
export function runExplain(context: Context, asked: string, options: ExplainOptions): Promise<number> {
  const id = asked.startsWith(FINDING_PREFIX) ? asked.slice(FINDING_PREFIX.length) : asked;
  return withSources(context, options, (sources) => explainFrom(context, { id, sources, options }));
}

interface Asked {
  readonly id: string;
  readonly sources: Sources;
  readonly options: ExplainOptions;
}

async function explainFrom(context: Context, { id, sources, options }: Asked): Promise<number> {
  const archive = await openArchive({ memory: options.memory });
  const progress = await showProgress(context, options);
  try {
    const explained = await explain({ archive, progress }, { sources, id });
    progress.stop();
    if (!explained.ok) return refuse(context, options, explained.error);
    if (explained.value.kind === 'unknown_id')
      return refuse(context, options, [unknownId(id, explained.value.similar)]);
    const { explanation } = explained.value;
    const { terminal } = context;
    terminal.out(
      options.json === true
        ? `${JSON.stringify(explainObject(explanation), null, 2)}\n`
        : explainText(explanation, terminal.style),
    );
    return EXIT_DONE;
  } finally {
    progress.stop();
    await archive.close();
  }
}

function unknownId(id: string, similar: readonly string[]): Problem {
  const meant =
    similar.length === 0 ? 'Ids are compared exactly, letter by letter.' : `Did you mean ${similar.join(' or ')}?`;
  return { kind: 'unknown_id', file: null, message: `No rental, payment or charge has the id ${id}. ${meant}` };
}
