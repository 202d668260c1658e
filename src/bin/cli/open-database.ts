import { StoreUnavailable } from '../../flow/ports/store.ts';
import { type Database, openDatabase } from '../../world/postgres/database.ts';
import { DatabaseTrouble } from '../../world/postgres/embedded/trouble.ts';
import { locateDatabase } from '../../world/postgres/locate.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';

/**
 * Opens the database, hands it to the work and closes it, whatever ends the work. `url` wins over the environment;
 * null leaves the choice to it. What bars the way is said as a problem.
 */
export async function withDatabase(
  context: Context,
  { url, options }: { readonly url: string | null; readonly options: SpeechOptions },
  work: (database: Database) => Promise<number>,
): Promise<number> {
  try {
    const env = url === null ? process.env : { ...process.env, STORNO_DATABASE_URL: url };
    const database = await openDatabase(locateDatabase(env), () => undefined);
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseTrouble) && !(error instanceof StoreUnavailable)) throw error;
    return refuse(context, options, [{ kind: 'database', file: null, message: error.message }]);
  }
}
