import { CATALOGUE } from '../../core/remedy/cause/catalogue.ts';
import { sayCount } from '../../core/remedy/summary.ts';
import { makeScenario, SCENARIO_CAUSES, type ScenarioCause } from '../../core/scenario/scenario.ts';
import type { Scenario } from '../../core/scenario/write-history.ts';
import { openFolder } from '../../world/out/folder.ts';
import { writeScenarioFiles } from '../../world/out/scenario-files.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { quote } from './quote.ts';

export interface ScenarioOptions extends SpeechOptions {
  readonly list?: boolean;
  readonly out?: string;
  readonly accounts: number;
  readonly seed: number;
}

/** `storno scenario CAUSE --out DIR`: writes a history whose truth is known, and says how to scan it. */
export async function runScenario(
  context: Context,
  asked: string | undefined,
  options: ScenarioOptions,
): Promise<number> {
  if (options.list === true) return list(context, options);
  const cause = SCENARIO_CAUSES.find((known) => known.toLowerCase() === asked?.toLowerCase());
  if (cause === undefined) return refuse(context, options, [unknownCause(asked)]);
  if (options.accounts < 1) return refuse(context, options, [usage('--accounts must be at least 1.')]);
  if (options.out === undefined) return refuse(context, options, [usage('Name a folder for the files: --out DIR.')]);
  const folder = openFolder(options.out);
  if (!folder.ok) return refuse(context, options, [{ ...folder.error, file: folder.error.folder }]);
  context.interrupts.onInterrupt(folder.value.discard);
  try {
    const scenario = makeScenario({ cause, accounts: options.accounts, seed: options.seed });
    const files = await writeScenarioFiles(folder.value, scenario);
    say(context, { scenario, cause, files, out: options.out, json: options.json === true });
    return EXIT_DONE;
  } finally {
    folder.value.discard();
  }
}

function unknownCause(asked: string | undefined) {
  const which = asked === undefined ? 'Name a cause' : `There is no cause ${asked}`;
  return usage(`${which}: C01 to C26, or none. \`storno scenario --list\` says what they are.`);
}

function usage(message: string) {
  return { kind: 'usage', file: null, message };
}

function list({ terminal }: Context, options: ScenarioOptions): number {
  const causes = SCENARIO_CAUSES.map((id) => ({ id, name: nameOf(id) }));
  terminal.out(
    options.json === true
      ? `${JSON.stringify(causes, null, 2)}\n`
      : causes.map(({ id, name }) => `  ${id.padEnd(6)}${name}\n`).join(''),
  );
  return EXIT_DONE;
}

function nameOf(id: ScenarioCause): string {
  return id === 'none' ? 'Nothing goes wrong; look-alikes only' : (CATALOGUE.find((of) => of.id === id)?.name ?? id);
}

interface Made {
  readonly scenario: Scenario;
  readonly cause: ScenarioCause;
  readonly files: readonly string[];
  readonly out: string;
  readonly json: boolean;
}

function say({ terminal }: Context, { scenario, cause, files, out, json }: Made): void {
  const { rows, findings } = scenario.truth;
  if (json) {
    terminal.out(`${JSON.stringify({ cause, files, findings: findings.length }, null, 2)}\n`);
    return;
  }
  const [rentals = '', payments = '', charges = '', settlements = ''] = files.map(quote);
  terminal.out(
    [
      `${cause}: ${nameOf(cause)}.`,
      `${sayCount(rows.rentals)} rentals and ${sayCount(rows.payments)} payments in ${out}.`,
      `${sayCount(findings.length)} things are wrong, and truth.json says which.`,
      '',
      terminal.style('bold', 'Next'),
      `  ${COMMAND} scan --rentals ${rentals} --payments ${payments} --out ${quote(`${out}/scan`)}`,
      `  the same with our books and the bank: --charges ${charges} --settlements ${settlements}`,
      '',
    ].join('\n'),
  );
}
