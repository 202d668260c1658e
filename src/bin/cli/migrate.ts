import { migrateDatabase, planOf } from '../../world/postgres/administer.ts';
import { locateDatabase } from '../../world/postgres/locate.ts';
import type { Migration } from '../../world/postgres/migrations.ts';
import type { Context, SpeechOptions } from './context.ts';
import { refuseTrouble } from './database.ts';
import { EXIT_DONE } from './exit.ts';

export interface MigrateOptions extends SpeechOptions {
  readonly dryRun?: boolean;
}

/** Brings the database to this program's schema, or says what would be done. */
export async function runMigrate(context: Context, options: MigrateOptions): Promise<number> {
  return refuseTrouble(context, options, async () => {
    const location = locateDatabase(process.env);
    if (options.dryRun === true) {
      say(context, options, { word: 'pending', migrations: (await planOf(location)).pending });
    } else {
      say(context, options, { word: 'applied', migrations: await migrateDatabase(location) });
    }
    return EXIT_DONE;
  });
}

function say(
  { terminal }: Context,
  options: MigrateOptions,
  { word, migrations }: { readonly word: 'pending' | 'applied'; readonly migrations: readonly Migration[] },
): void {
  if (options.json === true) {
    const list = migrations.map(({ number, name, isBreaking }) => ({ number, name, breaking: isBreaking }));
    terminal.out(`${JSON.stringify({ [word]: list })}\n`);
    return;
  }
  if (migrations.length === 0) terminal.out('  The database is up to date.\n');
  for (const { name, isBreaking } of migrations) {
    terminal.out(`  ${word} ${name}${isBreaking ? '  (breaking: stop every older Storno first)' : ''}\n`);
  }
}
