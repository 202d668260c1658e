import { DAY_MS } from '../../core/kernel/time.ts';
import type { Operator } from '../../core/remedy/notify/facts.ts';
import { checkIban } from '../../world/bank/iban.ts';
import type { Sender } from '../../world/letter/envelope.ts';
import type { MailSettings } from '../../world/mail.ts';
import type { Problem } from './exit.ts';
import { DUNNING_MS } from './policy.ts';

/** What the environment says about the live half. Flags of a command win over it. */
export interface Settings {
  readonly stripe: StripeSettings | null;
  /** Null: alarms are logged, counted and told, but not mailed. */
  readonly mail: MailSettings | null;
  /** Null: nobody is written to; letters wait. */
  readonly letters: LetterSettings | null;
  /** Null: no files for the bank are made. */
  readonly bank: BankSettings | null;
  /** Part of every request to the provider: a change spoils resends of what is under way. */
  readonly statementText: string;
  readonly dunningMs: readonly number[];
}

/** Our own account, from which money goes back where the original way is closed. */
export interface BankSettings {
  readonly name: string;
  /** Electronic form, checked. */
  readonly iban: string;
  readonly bic: string | null;
}

/** Who writes to customers, and over which server. */
export interface LetterSettings {
  readonly smtpUrl: string;
  readonly sender: Sender;
  readonly operator: Operator;
}

export interface StripeSettings {
  readonly apiKey: string;
  /** The account whose key it is, `acct_…`: what it takes must have gone there. */
  readonly merchantAccount: string;
  /** Another address than Stripe's: the sandbox. Null: Stripe. */
  readonly url: string | null;
  /** One, or two while one takes over from the other. Empty: no events are taken. */
  readonly webhookSecrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const SECRETS_MAX = 2;

/** The rule of card schemes. */
const STATEMENT_LENGTH_MAX = 22;

/** Reads all of it, and says all that is wrong with it at once. */
export function readSettings(env: Environment): {
  readonly settings: Settings;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const settings = {
    stripe: readStripe(env, problems),
    mail: readMail(env, problems),
    letters: readLetters(env, problems),
    bank: readBank(env, problems),
    statementText: text(env, 'STORNO_STATEMENT_TEXT') ?? '',
    dunningMs: readDunning(env, problems),
  };
  if (settings.statementText.length > STATEMENT_LENGTH_MAX) {
    problems.push(problem('STORNO_STATEMENT_TEXT', `At most ${STATEMENT_LENGTH_MAX} characters.`));
  }
  return { settings, problems };
}

function readStripe(env: Environment, problems: Problem[]): StripeSettings | null {
  const apiKey = text(env, 'STORNO_STRIPE_KEY');
  if (apiKey === null) return null;
  const merchantAccount = text(env, 'STORNO_STRIPE_ACCOUNT');
  const webhookSecrets = list(env, 'STORNO_STRIPE_WEBHOOK_SECRETS');
  const url = text(env, 'STORNO_STRIPE_URL');
  if (merchantAccount === null) {
    problems.push(problem('STORNO_STRIPE_ACCOUNT', 'It must name the account of STORNO_STRIPE_KEY, acct_…'));
  }
  if (webhookSecrets.length > SECRETS_MAX) {
    problems.push(problem('STORNO_STRIPE_WEBHOOK_SECRETS', `At most ${SECRETS_MAX}, with a comma between.`));
  }
  if (url !== null && !URL.canParse(url)) problems.push(problem('STORNO_STRIPE_URL', 'It must be an address.'));
  return { apiKey, merchantAccount: merchantAccount ?? '', url, webhookSecrets };
}

function readMail(env: Environment, problems: Problem[]): MailSettings | null {
  const smtpUrl = text(env, 'STORNO_SMTP_URL');
  if (smtpUrl === null) return null;
  const from = text(env, 'STORNO_MAIL_FROM');
  const to = list(env, 'STORNO_ALARM_TO');
  if (!/^smtps?:\/\//.test(smtpUrl)) problems.push(problem('STORNO_SMTP_URL', 'It must begin with smtp://'));
  if (from === null) problems.push(problem('STORNO_MAIL_FROM', 'It must say from whom mail comes.'));
  if (to.length === 0) problems.push(problem('STORNO_ALARM_TO', 'It must say who gets alarms.'));
  return { smtpUrl, from: from ?? '', to };
}

function readBank(env: Environment, problems: Problem[]): BankSettings | null {
  const written = text(env, 'STORNO_BANK_IBAN');
  if (written === null) return null;
  const iban = checkIban(written);
  if (!iban.ok) problems.push(problem('STORNO_BANK_IBAN', `The IBAN is ${iban.error.replaceAll('_', ' ')}.`));
  const name = text(env, 'STORNO_BANK_NAME');
  if (name === null) problems.push(problem('STORNO_BANK_NAME', 'It must say whose account STORNO_BANK_IBAN is.'));
  return { name: name ?? '', iban: iban.ok ? iban.value : '', bic: text(env, 'STORNO_BANK_BIC') };
}

/** All of it or nothing: a letter without a name, a contact or a place to sign in would look like fraud. */
function readLetters(env: Environment, problems: Problem[]): LetterSettings | null {
  const name = text(env, 'STORNO_OPERATOR_NAME');
  if (name === null) return null;
  const need = (variable: string, what: string): string => {
    const value = text(env, variable);
    if (value === null)
      problems.push(problem(variable, `Letters need it: ${what}. Or leave STORNO_OPERATOR_NAME out.`));
    return value ?? '';
  };
  const smtpUrl = need('STORNO_SMTP_URL', 'the mail server, smtp://…');
  const address = need('STORNO_MAIL_FROM', 'the address that letters come from');
  const contact = need('STORNO_OPERATOR_CONTACT', 'where a person answers');
  const accountUrl = need('STORNO_ACCOUNT_URL', 'where customers sign in');
  const replyTo = text(env, 'STORNO_REPLY_TO');
  return { smtpUrl, sender: { name, address, replyTo }, operator: { name, contact, accountUrl } };
}

/** `1d,3d,7d`: pauses after the first, second, … decline. After the last one the debt is written off. */
function readDunning(env: Environment, problems: Problem[]): readonly number[] {
  const pauses = list(env, 'STORNO_DUNNING');
  if (pauses.length === 0) return DUNNING_MS;
  const days = pauses.map((pause) => /^(\d{1,3})d$/.exec(pause)?.[1]);
  if (days.some((day) => day === undefined || Number(day) === 0)) {
    problems.push(problem('STORNO_DUNNING', 'Days with a comma between, such as 1d,3d,7d.'));
  }
  return days.map((day) => Number(day ?? 1) * DAY_MS);
}

function text(env: Environment, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

function list(env: Environment, name: string): readonly string[] {
  return (env[name] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function problem(name: string, message: string): Problem {
  return { kind: 'setting', file: null, message: `${name}: ${message}` };
}
