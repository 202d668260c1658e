import { readFileSync } from 'node:fs';
import { systemClock } from '../../world/clock.ts';
import {
  HONEST,
  PROFILES,
  profileNamed,
  readPatch,
  type SandboxProfile,
  withPatch,
} from '../../world/provider/sandbox/engine/profile.ts';
import { startSandbox } from '../../world/provider/sandbox/server.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_USAGE } from './exit.ts';

export interface SandboxOptions extends SpeechOptions {
  readonly host: string;
  readonly port: number;
  readonly state?: string;
  readonly profile: string;
  readonly seed: number;
  readonly webhook?: string;
  readonly secret?: readonly string[];
}

/** `storno sandbox`: a payment provider that goes wrong on purpose, until it is interrupted. */
export async function runSandbox(context: Context, options: SandboxOptions): Promise<number> {
  const profile = readProfile(options.profile);
  if (typeof profile === 'string') return refuse(context, options, [usage(profile)]);
  const secrets = options.secret ?? [];
  if (options.webhook !== undefined && secrets.length === 0) {
    return refuse(context, options, [usage('--webhook needs the secret that signs: --secret whsec_…')]);
  }
  const server = await startSandbox({
    clock: systemClock,
    host: options.host,
    port: options.port,
    profile,
    seed: options.seed,
    folder: options.state ?? null,
    webhook: options.webhook === undefined ? null : { url: options.webhook, secrets },
  }).catch((error: NodeJS.ErrnoException) => error);
  if (server instanceof Error) {
    context.terminal.err(`storno: the sandbox cannot listen at ${options.host}:${options.port}: ${server.message}\n`);
    return EXIT_USAGE;
  }
  say(context, { url: server.url, profile: profile.name, folder: options.state ?? null, json: options.json === true });
  // It ends by a signal; what it acknowledged is on disk at every moment.
  return await new Promise<number>(() => {});
}

/** A preset by name, or a JSON file that says what differs from `honest`; a sentence where it is neither. */
function readProfile(nameOrFile: string): SandboxProfile | string {
  const preset = profileNamed(nameOrFile);
  if (preset !== null) return preset;
  try {
    const patch = readPatch(JSON.parse(readFileSync(nameOrFile, 'utf8')));
    if (patch !== null) return { ...withPatch(HONEST, patch), name: nameOrFile };
    return `${nameOrFile} has a field or a value that no profile has; docs/sandbox.md lists them.`;
  } catch {
    return `--profile ${nameOrFile} is no JSON file and none of: ${Object.keys(PROFILES).join(', ')}.`;
  }
}

function say(
  { terminal }: Context,
  { url, profile, folder, json }: { url: string; profile: string; folder: string | null; json: boolean },
): void {
  if (json) {
    terminal.out(`${JSON.stringify({ url, profile, state: folder })}\n`);
    return;
  }
  terminal.out(
    `Sandbox at ${url}, profile ${profile}, ${folder === null ? 'forgets when it ends' : `state in ${folder}`}.\n`,
  );
}

function usage(message: string) {
  return { kind: 'usage', file: null, message };
}
