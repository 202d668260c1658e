import { readLength } from './engine/methods.ts';
import { PROFILES, profileNamed, readPatch, withPatch } from './engine/profile.ts';
import type { Timer } from './engine/state.ts';
import type { Json, WireResponse } from './engine/wire.ts';
import { recordOf } from './record.ts';
import type { Sandbox } from './sandbox.ts';

/** The doors beside the API through which a test or a demo moves the world. Bodies are JSON. */
export async function control(sandbox: Sandbox, method: string, path: string, body: string): Promise<WireResponse> {
  const words = parse(body);
  if (words === null) return reply(400, { error: 'The body must be a JSON object.' });
  switch (`${method} ${path}`) {
    case 'GET /_sandbox/health':
      return reply(200, { profile: sandbox.engine.profile.name, now: sandbox.now() });
    case 'GET /_sandbox/ledger':
      return reply(200, recordOf(sandbox.engine) as unknown as Json);
    case 'GET /_sandbox/profile':
      return reply(200, sandbox.engine.profile as unknown as Json);
    case 'POST /_sandbox/profile':
      return await setProfile(sandbox, words);
    case 'POST /_sandbox/advance':
      return await advance(sandbox, words);
    case 'POST /_sandbox/happen':
      return await happen(sandbox, words);
    case 'POST /_sandbox/secrets':
      return await setSecrets(sandbox, words);
    case 'POST /_sandbox/reset':
      await sandbox.reset();
      return reply(200, { now: sandbox.now() });
    default:
      return reply(404, { error: `No such door: ${method} ${path}. docs/sandbox.md has them all.` });
  }
}

/** `{"name": "lossy"}`, or parts that change the present profile, or both. */
async function setProfile(sandbox: Sandbox, words: Words): Promise<WireResponse> {
  const { name, ...patch } = words;
  const base = name === undefined ? sandbox.engine.profile : profileNamed(String(name));
  if (base === null) return reply(400, { error: `No such profile. Known: ${Object.keys(PROFILES).join(', ')}.` });
  const changes = readPatch(patch);
  if (changes === null) return reply(400, { error: 'The profile has a field or a value that no profile has.' });
  await sandbox.setProfile(withPatch(base, changes));
  return reply(200, sandbox.engine.profile as unknown as Json);
}

/** `{"by": "2h"}`: the sandbox's time goes on, and what falls due in it happens. */
async function advance(sandbox: Sandbox, words: Words): Promise<WireResponse> {
  const byMs = readLength(String(words.by));
  if (byMs === null) return reply(400, { error: 'Say by how much: {"by": "90s"}, "5m", "2h" or "30d".' });
  await sandbox.advance(byMs);
  return reply(200, { now: sandbox.now() });
}

const HAPPENINGS: readonly Timer['what'][] = [
  'payment_succeeds',
  'payment_fails',
  'dispute_opens',
  'inquiry_opens',
  'dispute_won',
  'dispute_lost',
  'refund_succeeds',
  'refund_fails',
];

/** `{"what": "dispute_opens", "subject": "ch_1", "account": "acct_1"}`: the bank or the network acts, now. */
async function happen(sandbox: Sandbox, words: Words): Promise<WireResponse> {
  const what = HAPPENINGS.find((known) => known === words.what);
  if (what === undefined) return reply(400, { error: `Unknown happening. Known: ${HAPPENINGS.join(', ')}.` });
  const account = typeof words.account === 'string' ? words.account : '';
  const subject = String(words.subject);
  if (!sandbox.engine.has(account, subject)) return reply(404, { error: `No ${subject} on the account '${account}'.` });
  await sandbox.happen({ what, subject, account });
  return reply(200, { happened: what });
}

/** `{"endpoint": "we_1", "secrets": ["new", "old"]}`: both sign from now on. */
async function setSecrets(sandbox: Sandbox, words: Words): Promise<WireResponse> {
  const { endpoint, secrets } = words;
  const account = typeof words.account === 'string' ? words.account : '';
  const isList = Array.isArray(secrets) && secrets.length > 0 && secrets.every((one) => typeof one === 'string');
  if (typeof endpoint !== 'string' || !isList) return reply(400, { error: 'Name the endpoint and its secrets.' });
  await sandbox.setSecrets({ account, endpointId: endpoint, secrets: secrets as string[] });
  return reply(200, { secrets: secrets.length });
}

type Words = Readonly<Record<string, unknown>>;

function parse(body: string): Words | null {
  if (body.trim() === '') return {};
  try {
    const words: unknown = JSON.parse(body);
    return typeof words === 'object' && words !== null && !Array.isArray(words) ? (words as Words) : null;
  } catch {
    return null;
  }
}

function reply(status: number, body: Json): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body };
}
