import { Command, InvalidArgumentError } from 'commander';
import type { ActorOptions } from '../actor.ts';
import type { ChangeOptions } from '../campaign.ts';
import type { StatusOptions } from '../campaign-status.ts';
import type { Context } from '../context.ts';
import type { RunOptions } from './options.ts';

interface Setup {
  readonly context: Context;
  onExit(code: number): void;
  /** How every command speaks. */
  addSpeech(command: Command): Command;
}

/** Carrying out an approved plan. */
export function campaignCommands(setup: Setup): readonly Command[] {
  return [runCommand(setup), ...changeCommands(setup), statusCommand(setup), grantCommand(setup)];
}

function acting({ addSpeech }: Setup, command: Command): Command {
  return addSpeech(command)
    .argument('<plan>', 'of storno plan create')
    .option('--key-file <file>', 'a file with your key (default: STORNO_KEY)');
}

/** Some calls of a third of a second each: what Stripe allows by default. */
const CALLS = 16;

function runCommand(setup: Setup): Command {
  const command = new Command('run')
    .description('send the refunds of an approved plan, or go on with them')
    .addHelpText('before', 'Examples\n  storno run pln_1 --dry-run\n  storno run pln_1 --canary 10 --rate 25\n')
    .addHelpText('after', EXIT_CODES);
  return acting(setup, command)
    .option('--dry-run', 'print exactly what would be sent, and send nothing')
    .option('--canary <count>', 'so many first, then pause by itself; 0: none (default: as the policy says)', whole)
    .option('--rate <count>', 'refunds a second, over all workers (default and bound: the policy)', positive)
    .option('--detach', 'start it, and leave the work to storno worker')
    .option('--concurrency <count>', 'calls to the provider at a time', positive, CALLS)
    .action(async (plan: string, options: RunOptions) =>
      setup.onExit(await (await import('../campaign.ts')).runCampaign(setup.context, plan, options)),
    );
}

const EXIT_CODES = `
Exit codes
  0    every refund is final and paid
  1    halted by itself, or a defect
  2    usage
  3    partly: paused, stopped, or some could not be paid
  4    the approval has run out: plan again
  5    not approved, or you may not
  6    the provider cannot be reached; nothing was sent
  130  interrupted after the current call
`;

function changeCommands(setup: Setup): readonly Command[] {
  const texts = {
    pause: 'send nothing more for now, within a second; one person alone may',
    resume: 'go on, which takes the role approver; a canary is over then',
    stop: 'end it: what is not begun is canceled, for ever',
  } as const;
  return (['pause', 'resume', 'stop'] as const).map((what) =>
    acting(setup, new Command(what).description(texts[what]))
      .requiredOption('--reason <text>', 'kept for whoever comes after')
      .action(async (planId: string, options: ChangeOptions) =>
        setup.onExit(await (await import('../campaign.ts')).runChange(setup.context, what, { planId, options })),
      ),
  );
}

function statusCommand({ context, onExit, addSpeech }: Setup): Command {
  const command = new Command('status').description('show where the campaign of a plan stands');
  return addSpeech(command)
    .argument('<plan>', 'of storno plan create')
    .option('--watch', 'again every two seconds, until every refund is final')
    .action(async (plan: string, options: StatusOptions) =>
      onExit(await (await import('../campaign-status.ts')).runStatus(context, plan, options)),
    );
}

function grantCommand(setup: Setup): Command {
  const command = new Command('grant').description('give the minutes and the money that an approved plan promises');
  return acting(setup, command).action(async (plan: string, options: ActorOptions) =>
    setup.onExit(await (await import('../grant.ts')).runGrant(setup.context, plan, options)),
  );
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}

function positive(text: string): number {
  const number = whole(text);
  if (number === 0) throw new InvalidArgumentError('At least 1 is needed.');
  return number;
}
