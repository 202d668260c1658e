import type { Instant } from '../../core/kernel/time.ts';

/** How customers are reached. Apart from the books, so that it can be erased while they stay. */
export interface People {
  /** Takes the place of what was known before. May throw `StoreUnavailable`. */
  putPerson(person: Person, now: Instant): Promise<void>;
}

export interface Person {
  readonly accountId: string;
  /** As he is greeted, at most 200 characters; null where it is not known. */
  readonly name: string | null;
  /** At most 320 characters (RFC 5321: 64, @ and 255); null where there is none. */
  readonly mail: string | null;
}
