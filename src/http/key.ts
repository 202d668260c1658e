import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../core/kernel/time.ts';
import type { ApiKey } from '../flow/ports/office.ts';

/** `sk_storno_<id>_<secret>`: the id finds the row, the secret is 256 random bits and proves the holder. */
const KEY = /^sk_storno_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

const ID_BYTES = 8;
const SECRET_BYTES = 32;

export interface MadeKey {
  /** Shown once and kept nowhere. */
  readonly text: string;
  readonly key: ApiKey;
}

export function makeKey(wish: {
  readonly name: string;
  readonly scopes: readonly string[];
  /** The person whose key it is; null for a program's. */
  readonly staffId: string | null;
  readonly now: Instant;
  readonly expiresAt: Instant | null;
}): MadeKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return {
    text: `sk_storno_${id}_${secret}`,
    key: {
      keyId: `key_${id}`,
      secretDigest: digestOf(secret),
      name: wish.name,
      scopes: wish.scopes,
      staffId: wish.staffId,
      recordedAt: wish.now,
      expiresAt: wish.expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    },
  };
}

export function parseKey(text: string): { readonly keyId: string; readonly secret: string } | null {
  const [, id, secret] = KEY.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { keyId: `key_${id}`, secret };
}

/** Whether the secret opens the key now. Compared in constant time, over digests of equal length. */
export function isOpenedBy(key: ApiKey, secret: string, now: Instant): boolean {
  const isSame = timingSafeEqual(Buffer.from(digestOf(secret), 'hex'), Buffer.from(key.secretDigest, 'hex'));
  return isSame && key.revokedAt === null && (key.expiresAt === null || now < key.expiresAt);
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
