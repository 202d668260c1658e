import { Command, InvalidArgumentError, Option } from 'commander';
import type { ActorOptions } from '../actor.ts';
import type { Context } from '../context.ts';
import type { IncidentOpenOptions } from '../incident.ts';
import type { ApproveOptions, RefuseOptions, SampleOptions } from '../plan.ts';
import type { PolicySetOptions } from '../policy-set.ts';
import { addSourceOptions } from '../sources.ts';
import type { StaffAddOptions } from '../staff.ts';
import type {
  AssumeOptions,
  ComplaintOptions,
  OutsideOptions,
  PreventOptions,
  ReviewOptions,
  VictimsOptions,
} from './record.ts';

interface Setup {
  readonly context: Context;
  onExit(code: number): void;
  /** How every command speaks. */
  addSpeech(command: Command): Command;
}

/** Who works here, by which policy, on what, and with which plan. */
export function caseworkCommands(setup: Setup): readonly Command[] {
  return [staffCommand(setup), policyCommand(setup), incidentCommand(setup), planCommand(setup)];
}

/** Whoever acts proves who he is. */
function acting({ addSpeech }: Setup, command: Command): Command {
  return addSpeech(command).option('--key-file <file>', 'a file with your key (default: STORNO_KEY)');
}

function staffCommand(setup: Setup): Command {
  const { context, onExit, addSpeech } = setup;
  const command = new Command('staff').description('people who work here, and what they may').addHelpText(
    'before',
    `Examples
  storno staff add anna --name "Anna B." --roles operator
  storno staff add bruno --name "Bruno C." --roles approver --account acc_12
  storno key create --staff anna --name anna --scopes all > anna.key
`,
  );
  acting(setup, command.command('add').description('add a person; the first one is an admin'))
    .argument('<id>', 'how he is called in every record')
    .requiredOption('--name <name>', 'his name')
    .requiredOption('--roles <list>', 'of viewer, support, operator, approver, auditor, admin')
    .option('--account <id>', 'his own account as a customer: he decides nothing about it')
    .action(async (id: string, options: StaffAddOptions) =>
      onExit(await (await import('../staff.ts')).runStaffAdd(context, id, options)),
    );
  addSpeech(command.command('list').description('show everybody')).action(async (options: ActorOptions) =>
    onExit(await (await import('../staff.ts')).runStaffList(context, options)),
  );
  return command;
}

function policyCommand(setup: Setup): Command {
  const { context, onExit, addSpeech } = setup;
  const command = new Command('policy')
    .description('how incidents are made good: goodwill, channels, caps, approval; versioned')
    .addHelpText(
      'before',
      'Examples\n  storno policy set --default-2014\n  storno policy show --json | jq .policy > policy.json\n  storno policy set policy.json\n',
    );
  acting(setup, command.command('set').description('a policy that holds from now on'))
    .argument('[file]', 'JSON: see docs/incident.md')
    .option('--default-2014', "car2go's promise: 30 minutes, 90 days, own city")
    .action(async (file: string | undefined, options: PolicySetOptions) =>
      onExit(await (await import('../policy-set.ts')).runPolicySet(context, file, options)),
    );
  addSpeech(command.command('show').description('the one that holds')).action(async (options: ActorOptions) =>
    onExit(await (await import('../policy-set.ts')).runPolicyShow(context, options)),
  );
  return command;
}

const INCIDENT_EXAMPLES = `Examples
  storno incident open --rentals r.csv --payments p.csv --provider stripe --merchant-account acct_1
  storno incident open --database
  storno incident show inc_0123456789abcdef
  storno incident close inc_0123456789abcdef
`;

function incidentCommand(setup: Setup): Command {
  const { context, onExit, addSpeech } = setup;
  const command = new Command('incident')
    .description('one cause, one period: what was found, frozen, and what is done about it')
    .addHelpText('before', INCIDENT_EXAMPLES);
  acting(setup, addSourceOptions(command.command('open').description('scan, and freeze what was found')))
    .option('--title <text>', 'what it is called (default: its first cause)')
    .option('--provider <name>', 'who took the payments, where the files do not say it')
    .option('--merchant-account <id>', 'over which account, where the files do not say it')
    .option('--customers <file>', 'CSV of people not known here: account_id, home_market, locale, name, mail')
    .option('--look-back-from <time>', 'from when on loss may have begun (default: where the files begin)')
    .option('--look-back-reason <text>', 'why from then')
    .action(async (options: IncidentOpenOptions) =>
      onExit(await (await import('../incident.ts')).runIncidentOpen(context, options)),
    );
  addSpeech(command.command('list').description('all, newest first')).action(async (options: ActorOptions) =>
    onExit(await (await import('../incident.ts')).runIncidentList(context, options)),
  );
  addSpeech(command.command('show').description('how grave, what is open').argument('<id>')).action(
    async (id: string, options: ActorOptions) =>
      onExit(await (await import('../incident.ts')).runIncidentShow(context, id, options)),
  );
  for (const add of [addReview, addComplaint, addVictims, addSample, addAssume, addPrevent]) add(setup, command);
  acting(setup, command.command('close').description('says what is missing, or closes').argument('<id>')).action(
    async (id: string, options: ActorOptions) =>
      onExit(await (await import('./record.ts')).runIncidentClose(context, id, options)),
  );
  return command;
}

function addReview(setup: Setup, command: Command): void {
  acting(setup, command.command('review').description('a person accepts or rejects findings of equal evidence'))
    .argument('<id>')
    .argument('[target]', 'a group, or one finding; without: show the groups')
    .option('--accept', 'they are wrong charges: pay them')
    .option('--reject', 'they are right as they are')
    .option('--reason <text>', 'why')
    .action(async (incidentId: string, target: string | undefined, options: ReviewOptions) => {
      const { runIncidentReview } = await import('./record.ts');
      setup.onExit(await runIncidentReview(setup.context, { incidentId, target }, options));
    });
}

function addComplaint(setup: Setup, command: Command): void {
  acting(setup, command.command('complaint').description('a complaint that belongs to it').argument('<id>'))
    .requiredOption('--account <id>', 'who complained')
    .requiredOption('--id <id>', 'its number at your desk')
    .option('--received <time>', 'when it came (default: now)')
    .action(async (id: string, options: ComplaintOptions) =>
      setup.onExit(await (await import('./record.ts')).runIncidentComplaint(setup.context, id, options)),
    );
}

function addVictims(setup: Setup, command: Command): void {
  acting(setup, command.command('victims').description('compare with the list of a provider or a bank'))
    .argument('<id>')
    .argument('<file>', 'CSV: payment_id, amount, currency')
    .requiredOption('--sent-by <name>', 'whose list it is')
    .action(async (incidentId: string, path: string, options: VictimsOptions) => {
      const { runIncidentVictims } = await import('./record.ts');
      setup.onExit(await runIncidentVictims(setup.context, { incidentId, path }, options));
    });
}

function addSample(setup: Setup, command: Command): void {
  acting(setup, command.command('sample').description('look at rentals outside the scope'))
    .argument('<id>')
    .argument('[rental]', 'the one that you looked at; without: show all')
    .option('--clean', 'it is right')
    .option('--affected', 'it is wrong too: the scope is too narrow')
    .option('--note <text>', 'what you saw')
    .action(async (incidentId: string, rentalId: string | undefined, options: OutsideOptions) => {
      const { runIncidentSample } = await import('./record.ts');
      setup.onExit(await runIncidentSample(setup.context, { incidentId, rentalId }, options));
    });
}

function addAssume(setup: Setup, command: Command): void {
  acting(setup, command.command('assume').description('something that is taken for granted'))
    .argument('<id>')
    .argument('<text>')
    .addOption(
      new Option('--direction <whom>', 'whom it favours')
        .choices(['consumer_favourable', 'neutral', 'operator_favourable'])
        .makeOptionMandatory(),
    )
    .requiredOption('--evidence <text>', 'what speaks for it')
    .action(async (incidentId: string, text: string, options: AssumeOptions) => {
      const { runIncidentAssume } = await import('./record.ts');
      setup.onExit(await runIncidentAssume(setup.context, { incidentId, text }, options));
    });
}

function addPrevent(setup: Setup, command: Command): void {
  acting(setup, command.command('prevent').description('what keeps it from happening again'))
    .argument('<id>')
    .argument('<measure>', 'in words, or its number in the list')
    .requiredOption('--owner <name>', 'who sees to it')
    .requiredOption('--test <text>', 'what shows that it works')
    .addOption(new Option('--state <state>', 'how far it is').choices(['open', 'done', 'refused']).default('open'))
    .action(async (incidentId: string, measure: string, options: PreventOptions) => {
      const { runIncidentPrevent } = await import('./record.ts');
      setup.onExit(await runIncidentPrevent(setup.context, { incidentId, measure }, options));
    });
}

const PLAN_EXAMPLES = `Examples
  storno plan create inc_0123456789abcdef
  storno plan sample pln_0123456789abcdef01234567 --account acc_1
  storno plan approve pln_0123456789abcdef01234567 --reason "sums agree" --expect-total "EUR 8235.93"
`;

const PLAN_EXIT_CODES = `
Exit codes
  0    done, or it stood so before
  1    refused for good: decided before, incident closed
  2    usage
  4    stale, or not what you say that it is: plan again
  5    approval missing: another person, a role, a sample, a cap
`;

function planCommand(setup: Setup): Command {
  const { context, onExit, addSpeech } = setup;
  const command = new Command('plan')
    .description('what will be done for whom, frozen; another person approves')
    .addHelpText('before', PLAN_EXAMPLES);
  acting(setup, command.command('create').description('freeze what is to be done').argument('<incident>')).action(
    async (id: string, options: ActorOptions) =>
      onExit(await (await import('../plan.ts')).runPlanCreate(context, id, options)),
  );
  addSpeech(command.command('show').description('sums, digest, and what is left out').argument('<id>')).action(
    async (id: string, options: ActorOptions) =>
      onExit(await (await import('../plan.ts')).runPlanShow(context, id, options)),
  );
  addSpeech(command.command('list').description('all, newest first').argument('[incident]')).action(
    async (id: string | undefined, options: ActorOptions) =>
      onExit(await (await import('../plan.ts')).runPlanList(context, id, options)),
  );
  acting(setup, command.command('sample').description('open a sample: what one customer gets, and why'))
    .argument('<id>')
    .option('--account <id>', 'whose; without: show which there are')
    .action(async (id: string, options: SampleOptions) =>
      onExit(await (await import('../plan.ts')).runPlanSample(context, id, options)),
    );
  acting(setup, command.command('approve').description('say yes to these very rows'))
    .argument('<id>')
    .requiredOption('--reason <text>', 'why')
    .option('--digest <sha256>', 'the digest that you have seen')
    .option('--expect-count <n>', 'refunds that you expect', countOf)
    .option('--expect-total <amount...>', 'what you expect to be paid, such as "EUR 1234.50"')
    .addHelpText('after', PLAN_EXIT_CODES)
    .action(async (id: string, options: ApproveOptions) =>
      onExit(await (await import('../plan.ts')).runPlanApprove(context, id, options)),
    );
  acting(setup, command.command('refuse').description('say no, for good').argument('<id>'))
    .requiredOption('--reason <text>', 'why')
    .action(async (id: string, options: RefuseOptions) =>
      onExit(await (await import('../plan.ts')).runPlanRefuse(context, id, options)),
    );
  return command;
}

function countOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
