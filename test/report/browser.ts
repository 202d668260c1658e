import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** These two make one process of the browser, which then dies with its first page. */
const ARGUMENTS_LEFT_OUT: ReadonlySet<string> = new Set(['--single-process', '--no-zygote']);

/** A real browser, or in a sentence why none can start here. `STORNO_CHROMIUM` names another one than npm's. */
export async function openBrowser(): Promise<Browser | string> {
  try {
    const own = process.env.STORNO_CHROMIUM;
    const executablePath = own !== undefined && existsSync(own) ? own : await sparticuz.executablePath();
    return await chromium.launch({
      executablePath,
      headless: true,
      args: [
        ...sparticuz.args.filter((argument) => !ARGUMENTS_LEFT_OUT.has(argument)),
        '--disable-gpu',
        '--disable-background-networking',
        '--no-first-run',
      ],
    });
  } catch (error) {
    const [reason] = String(error).split('\n');
    return `no browser starts here: ${reason}`;
  }
}
