import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProofTools } from '../../core/remedy/proof/verify-chain.ts';
import type { Signer } from '../../flow/ports/audit.ts';
import { sha256, sha256OfBytes } from '../digest.ts';
import { locateDataFolder } from '../postgres/embedded/folder.ts';
import { codeOf, trouble } from '../postgres/embedded/trouble.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Opens the key that the operator names, or the one in the data folder; the first to look makes it. */
export async function openSigner(env: Environment): Promise<Signer> {
  const named = env.STORNO_SIGNING_KEY_FILE;
  if (named) return signerOf(await readKey(named), named);
  const path = join(locateDataFolder(env).path, 'signing-key.pem');
  return signerOf((await readKey(path)) ?? (await makeKey(path)), path);
}

async function readKey(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw trouble(`The key ${path} cannot be read: ${codeOf(error)}.`, 'Only its owner may read it.');
  }
}

/** Whoever is first makes it, all others read his. */
async function makeKey(path: string): Promise<string | null> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await mkdir(dirname(path), { recursive: true });
  const staging = `${path}.${process.pid}`;
  const file = await open(staging, 'w', 0o600);
  await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await file.sync();
  await file.close();
  await link(staging, path).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await unlink(staging);
  return readKey(path);
}

function signerOf(pem: string | null, path: string): Signer {
  if (pem === null) throw trouble(`There is no signing key ${path}.`, 'Make one: openssl genpkey -algorithm ed25519');
  const privateKey = parseKey(() => createPrivateKey(pem), path);
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

function parseKey(parse: () => KeyObject, path: string): KeyObject {
  try {
    const key = parse();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  throw trouble(`${path} holds no Ed25519 key.`, 'Make one: openssl genpkey -algorithm ed25519');
}

/** The first 16 digits of the SHA-256 over the public key in DER: short enough to read out over the telephone. */
function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

export interface TrustedKey {
  readonly keyId: string;
  readonly key: KeyObject;
}

/** A public key that somebody trusts, from PEM. `path` is said where it is none. */
export function readPublicKey(pem: string, path: string): TrustedKey {
  const key = parseKey(() => createPublicKey(pem), path);
  return { keyId: keyIdOf(key), key };
}

export async function readPublicKeyFile(path: string): Promise<TrustedKey> {
  const pem = await readKey(path);
  if (pem === null) throw trouble(`There is no public key ${path}.`, 'storno audit key prints it.');
  return readPublicKey(pem, path);
}

/** What the verifying parts of core need, trusting these keys and no others. */
export function proofTools(trusted: readonly TrustedKey[]): ProofTools {
  return {
    digest: sha256,
    digestBytes: sha256OfBytes,
    verify: ({ keyId, text, signature }) => {
      const found = trusted.find((one) => one.keyId === keyId);
      const bytes = Buffer.from(signature, 'base64');
      // Other texts decode to the same bytes; they are not what was written.
      if (found === undefined || bytes.toString('base64') !== signature) return false;
      return verify(null, Buffer.from(text), found.key, bytes);
    },
  };
}
