import { toRfc3339 } from '../../core/kernel/time.ts';
import type { ApiKey } from '../../flow/ports/office.ts';
import { makeKey } from '../../http/key.ts';
import { SCOPES } from '../../http/policy.ts';
import { systemClock } from '../../world/clock.ts';
import { mayBind } from './actor.ts';
import type { Context } from './context.ts';
import { refuse } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { type LiveOptions, withOffice } from './live.ts';

export interface KeyCreateOptions extends LiveOptions {
  readonly name: string;
  readonly scopes: string;
  readonly expires?: string;
  readonly staff?: string;
  readonly json?: boolean;
}

/** Prints the key alone on stdout, so that a script can take it; what is to be known about it on stderr. */
export async function runKeyCreate(context: Context, options: KeyCreateOptions): Promise<number> {
  const scopes = options.scopes === 'all' ? [...SCOPES] : options.scopes.split(',').map((scope) => scope.trim());
  const expiresAt = options.expires === undefined ? null : Date.parse(options.expires);
  const problems = [
    ...scopes
      .filter((scope) => !(SCOPES as readonly string[]).includes(scope))
      .map((scope) => `There is no scope ${scope}: use all, or some of ${SCOPES.join(',')}.`),
    ...(Number.isNaN(expiresAt) ? [`--expires is a day or a time such as 2027-12-31, not ${options.expires}.`] : []),
  ];
  if (problems.length > 0) {
    return refuse(
      context,
      options,
      problems.map((message) => ({ kind: 'usage', file: null, message })),
    );
  }
  return withOffice(context, options, async (office, casework) => {
    const staffId = options.staff ?? null;
    const refused = staffId === null ? null : await mayBind({ office, casework }, staffId);
    if (refused !== null) return refuse(context, options, [refused]);
    const { text, key } = makeKey({ name: options.name, scopes, staffId, now: systemClock.now(), expiresAt });
    await office.putKey(key);
    if (options.json === true) context.terminal.out(`${JSON.stringify({ key: text, ...said(key) })}\n`);
    else {
      context.terminal.out(`${text}\n`);
      context.terminal.err(
        `storno: ${key.keyId} may ${scopes.join(', ')}. It is shown this once; Storno keeps a digest.\n`,
      );
    }
    return EXIT_DONE;
  });
}

export async function runKeyList(context: Context, options: LiveOptions): Promise<number> {
  return withOffice(context, options, async (office) => {
    const keys = (await office.listKeys()).map(said);
    if (options.json === true) context.terminal.out(`${JSON.stringify({ keys })}\n`);
    else for (const key of keys) context.terminal.out(`${lineOf(key)}\n`);
    return EXIT_DONE;
  });
}

export async function runKeyRevoke(context: Context, keyId: string, options: LiveOptions): Promise<number> {
  return withOffice(context, options, async (office) => {
    const result = await office.revokeKey(keyId, systemClock.now());
    if (result === 'unknown') {
      return refuse(context, options, [
        { kind: 'key_unknown', file: null, message: `There is no key ${keyId}: storno key list shows all.` },
      ]);
    }
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ key_id: keyId, result })}\n`
        : `${keyId} is ${result === 'revoked' ? 'revoked' : 'revoked since before'}: it opens nothing any more.\n`,
    );
    return EXIT_DONE;
  });
}

function said({ keyId, name, scopes, staffId, recordedAt, expiresAt, revokedAt, lastUsedAt }: ApiKey) {
  const time = (instant: number | null) => (instant === null ? null : toRfc3339(instant));
  return {
    key_id: keyId,
    name,
    scopes,
    staff_id: staffId,
    created_at: time(recordedAt),
    expires_at: time(expiresAt),
    revoked_at: time(revokedAt),
    last_used_at: time(lastUsedAt),
  };
}

function lineOf(key: ReturnType<typeof said>): string {
  const state = key.revoked_at === null ? (key.expires_at === null ? 'valid' : `until ${key.expires_at}`) : 'revoked';
  return `${key.key_id}  ${state}  last used ${key.last_used_at ?? 'never'}  ${key.name}  ${key.scopes.join(',')}${
    key.staff_id === null ? '' : `  of ${key.staff_id}`
  }`;
}
