/** The database cannot be had, for a reason that the person in front of it can put right. */
export class DatabaseTrouble extends Error {
  override readonly name = 'DatabaseTrouble';
}

export function trouble(...sentences: readonly string[]): DatabaseTrouble {
  return new DatabaseTrouble(sentences.join(' '));
}

/** The code of an operating system's error, `ENOENT` and the like; null for anything else. */
export function codeOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
