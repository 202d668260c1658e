import { readFile } from 'node:fs/promises';
import type { LetterBox } from '../../flow/ports/letters.ts';
import * as writeLetters from '../../flow/remedy/write-letters.ts';
import { ianaCalendar } from '../../world/calendar.ts';
import { systemClock } from '../../world/clock.ts';
import { systemEntropy } from '../../world/entropy.ts';
import { readBounce } from '../../world/letter/bounce.ts';
import { openLog } from '../../world/log.ts';
import { openCasework } from '../../world/postgres/casework.ts';
import type { Database } from '../../world/postgres/database.ts';
import { openLetterBox } from '../../world/postgres/letters.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { openLetterWorld } from './letter-world.ts';
import { type LiveOptions, poolOf } from './live.ts';
import { withDatabase } from './open-database.ts';
import { readSettings } from './settings.ts';

/** Letters of one go; the worker writes what is left. */
const LIMIT = 10_000;

const STATES = ['due', 'sending', 'sent', 'unknown', 'refused', 'bounced', 'unsendable'] as const;

const MEANINGS: Readonly<Record<(typeof STATES)[number], string>> = {
  due: 'wait for the worker',
  sending: 'are with the mail server',
  sent: 'were taken by the mail server',
  unknown: 'may have gone out or not: storno notify settle LETTER --as sent, or --as due',
  refused: 'were refused for good: the address is wrong, or the content is not wanted',
  bounced: 'came back',
  unsendable: 'have no address, or their facts contradict each other',
};

/** `storno notify INCIDENT`: writes down who is to be told what now, and says how letters stand. */
export function runNotify(context: Context, incidentId: string, options: LiveOptions): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  const letterSettings = settings.letters;
  if (letterSettings === null || problems.length > 0) {
    const missing = { kind: 'setting', file: null, message: 'Letters need STORNO_OPERATOR_NAME: docs/letters.md.' };
    return Promise.resolve(refuse(context, options, problems.length > 0 ? problems : [missing]));
  }
  return withLetters(context, options, async (letters, database) => {
    const casework = openCasework(poolOf(database, { role: 'storno_api', connectionsMax: 1 }));
    if ((await casework.readIncident(incidentId)) === null) {
      const message = `There is no incident ${incidentId}: storno incident list names them.`;
      return refuse(context, options, [{ kind: 'unknown', file: null, message }]);
    }
    const log = openLog({ write: (line) => void process.stderr.write(line) });
    const around = { letters, clock: systemClock, calendar: ianaCalendar, entropy: systemEntropy, log };
    const written = await writeLetters.runOnce(openLetterWorld(around, letterSettings), { limit: LIMIT });
    const counts = await letters.countLetters(incidentId);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ incident_id: incidentId, written, letters: counts })}\n`
        : sayCounts(written, counts),
    );
    return EXIT_DONE;
  });
}

function sayCounts(written: number, counts: Readonly<Record<string, number>>): string {
  const lines = STATES.filter((state) => counts[state] !== undefined).map(
    (state) => `  ${String(counts[state]).padStart(8)}  ${MEANINGS[state]}`,
  );
  const head = written === 0 ? 'No letter is new.' : `${written} letters are new.`;
  return `${[head, ...lines].join('\n')}\n`;
}

/** `storno notify settle LETTER --as sent|due`: a person knows what no machine can. */
export function runSettleLetter(
  context: Context,
  letterId: string,
  options: LiveOptions & { readonly as: 'sent' | 'due' },
): Promise<number> {
  return withLetters(context, options, async (letters) => {
    const settled = await letters.settleUnknown(letterId, options.as, systemClock.now());
    if (settled === 'unknown_letter') {
      const message = `${letterId} is no letter of which nobody knows whether it went out.`;
      return refuse(context, options, [{ kind: 'not_unknown', file: null, message }]);
    }
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ letter_id: letterId, state: options.as })}\n`
        : `${letterId}: ${options.as === 'sent' ? 'stands as sent.' : 'is sent again.'}\n`,
    );
    return EXIT_DONE;
  });
}

/** `storno notify bounce FILE`: takes a delivery report in; pipe the mailbox of the sender into it. */
export async function runBounce(context: Context, file: string, options: LiveOptions): Promise<number> {
  const message = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (message instanceof Error) {
    return refuse(context, options, [
      { kind: 'unreadable', file, message: `${file} cannot be read: ${message.message}` },
    ]);
  }
  const bounce = await readBounce(message);
  const letterId = /^<([^@]+)@/.exec(bounce?.messageId ?? '')?.[1];
  if (bounce === null || letterId === undefined || bounce.permanence !== 'permanent') {
    context.terminal.out(
      options.json === true ? '{"recorded":false}\n' : `${file} is no report of a letter that came back.\n`,
    );
    return EXIT_DONE;
  }
  return withLetters(context, options, async (letters) => {
    const recorded = (await letters.recordBounce({ letterId, note: `came back: ${bounce.status}` })) === 'applied';
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ recorded, letter_id: letterId, status: bounce.status })}\n`
        : `${letterId} ${recorded ? 'stands as bounced' : 'is not among the letters that were sent'} (${bounce.status}).\n`,
    );
    return EXIT_DONE;
  });
}

function withLetters(
  context: Context,
  options: LiveOptions,
  work: (letters: LetterBox, database: Database) => Promise<number>,
): Promise<number> {
  return withDatabase(context, { url: null, options }, (database) =>
    work(openLetterBox(poolOf(database, { role: 'storno_worker', connectionsMax: 2 })), database),
  );
}
