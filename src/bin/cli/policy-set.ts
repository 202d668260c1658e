import { readFile } from 'node:fs/promises';
import { DEFAULT_2014, remedyPolicyText } from '../../core/remedy/remedy-policy.ts';
import { setPolicy } from '../../flow/remedy/casework.ts';
import { type ActorOptions, problem, withActor } from './actor.ts';
import { sayCaseRefused } from './casework/refusals.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse, refuseWith } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { withOffice } from './live.ts';

export interface PolicySetOptions extends ActorOptions {
  readonly file?: string;
  readonly default2014?: boolean;
}

/** `storno policy set FILE`: holds for every plan from now on. */
export async function runPolicySet(
  context: Context,
  file: string | undefined,
  options: PolicySetOptions,
): Promise<number> {
  if ((file === undefined) === (options.default2014 !== true)) {
    return refuse(context, options, [problem('usage', 'Name a file, or say --default-2014: one of the two.')]);
  }
  const text = file === undefined ? remedyPolicyText(DEFAULT_2014) : await readFile(file, 'utf8').catch(() => null);
  if (text === null) return refuse(context, options, [problem('file_refused', `${file} cannot be read.`)]);
  return withActor(context, options, async ({ world, actor }) => {
    const set = await setPolicy(world, { text, actor });
    if (!set.ok) {
      if (set.error.kind === 'may_not') return refuseWith(context, options, sayCaseRefused(set.error, ''));
      const errors = set.error.errors.map(({ pointer, detail }) =>
        problem('policy_invalid', `${pointer || '/'} ${detail}.`),
      );
      return refuse(context, options, errors);
    }
    const { kind, version } = set.value;
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ result: kind, version })}\n`
        : `Policy ${version} ${kind === 'created' ? 'holds from now on' : 'holds already, and says the same'}.\n`,
    );
    return EXIT_DONE;
  });
}

export function runPolicyShow(context: Context, options: ActorOptions): Promise<number> {
  return withOffice(context, options, async (_office, casework) => {
    const policy = await casework.readPolicy(null);
    if (policy === null) {
      return refuse(context, options, [
        problem('policy_missing', `There is no policy yet: ${COMMAND} policy set --default-2014`),
      ]);
    }
    const { version, text, digest, recordedBy } = policy;
    const body: unknown = JSON.parse(text);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ version, digest, recorded_by: recordedBy, policy: body })}\n`
        : `Policy ${version}, set by ${recordedBy}\n${JSON.stringify(body, null, 2)}\n`,
    );
    return EXIT_DONE;
  });
}
