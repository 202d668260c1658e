import type { Check } from '../../core/remedy/verify/check.ts';
import { keyOf } from '../../core/remedy/verify/manifest.ts';
import { verifyPack } from '../../core/remedy/verify.ts';
import { DatabaseTrouble } from '../../world/postgres/embedded/trouble.ts';
import { readCheckpoints } from '../../world/proof/checkpoint-file.ts';
import { openPack } from '../../world/proof/read.ts';
import { proofTools, readPublicKey, readPublicKeyFile } from '../../world/proof/signing-key.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_CRASH, EXIT_DONE } from './exit.ts';

export interface VerifyOptions extends SpeechOptions {
  readonly publicKey?: string;
  readonly checkpoint?: string;
}

/** `storno verify pack.zip`: recomputes everything from the pack alone. 0 where all holds, 1 where anything fails. */
export async function runVerify(context: Context, path: string, options: VerifyOptions): Promise<number> {
  try {
    const checks = await verify(path, options);
    const passed = checks.every((check) => check.passed);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ passed, checks })}\n`
        : `${checks.map(lineOf).join('\n')}\n\n${verdictOf(checks, options)}\n`,
    );
    return passed ? EXIT_DONE : EXIT_CRASH;
  } catch (error) {
    if (!(error instanceof DatabaseTrouble)) throw error;
    return refuse(context, options, [{ kind: 'file', file: path, message: error.message }]);
  }
}

async function verify(path: string, options: VerifyOptions): Promise<readonly Check[]> {
  const opened = await openPack(path);
  if (!opened.ok) return [{ name: 'the file is an evidence pack', passed: false, seen: opened.error }];
  const files = opened.value;
  const elsewhere = options.checkpoint === undefined ? [] : await readCheckpoints(options.checkpoint);
  const brought = keyOf(files);
  const keys =
    options.publicKey === undefined
      ? brought === null
        ? []
        : [readPublicKey(brought, 'public-key.pem of the pack')]
      : [await readPublicKeyFile(options.publicKey)];
  const whole: Check = { name: 'the file is an evidence pack', passed: true, seen: `${files.size} files` };
  return [whole, ...verifyPack({ files, tools: proofTools(keys), elsewhere })];
}

function lineOf({ name, passed, seen }: Check): string {
  return `${passed ? 'passed' : 'FAILED'}  ${name} (${seen})`;
}

function verdictOf(checks: readonly Check[], options: VerifyOptions): string {
  const failed = checks.filter((check) => !check.passed).length;
  if (failed > 0) return `${failed} of ${checks.length} checks failed: this pack proves nothing.`;
  const own =
    options.publicKey === undefined
      ? ' The key is the one that the pack brings along: compare it, or give yours with --public-key.'
      : '';
  return `All ${checks.length} checks passed.${own}`;
}
