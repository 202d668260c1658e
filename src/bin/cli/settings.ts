import type { MailSettings } from '../../world/mail.ts';

/** What the environment says about the live half. Flags of a command win over it. */
export interface Settings {
  /** Null: the embedded server in the data folder. */
  readonly databaseUrl: string | null;
  readonly stripe: StripeSettings | null;
  /** Null: alarms are logged, counted and told, but not mailed. */
  readonly mail: MailSettings | null;
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

export interface SettingsProblem {
  readonly name: string;
  readonly message: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SECRETS_MAX = 2;

/** Reads all of it, and says all that is wrong with it at once. */
export function readSettings(env: Environment): {
  readonly settings: Settings;
  readonly problems: readonly SettingsProblem[];
} {
  const problems: SettingsProblem[] = [];
  const settings = {
    databaseUrl: text(env, 'STORNO_DATABASE_URL'),
    stripe: readStripe(env, problems),
    mail: readMail(env, problems),
  };
  if (settings.databaseUrl !== null && !/^postgres(?:ql)?:\/\//.test(settings.databaseUrl)) {
    problems.push({ name: 'STORNO_DATABASE_URL', message: 'It must begin with postgres://' });
  }
  return { settings, problems };
}

function readStripe(env: Environment, problems: SettingsProblem[]): StripeSettings | null {
  const apiKey = text(env, 'STORNO_STRIPE_KEY');
  if (apiKey === null) return null;
  const merchantAccount = text(env, 'STORNO_STRIPE_ACCOUNT');
  const webhookSecrets = list(env, 'STORNO_STRIPE_WEBHOOK_SECRETS');
  const url = text(env, 'STORNO_STRIPE_URL');
  if (merchantAccount === null) {
    problems.push({ name: 'STORNO_STRIPE_ACCOUNT', message: 'It must name the account of STORNO_STRIPE_KEY, acct_…' });
  }
  if (webhookSecrets.length > SECRETS_MAX) {
    problems.push({ name: 'STORNO_STRIPE_WEBHOOK_SECRETS', message: `At most ${SECRETS_MAX}, with a comma between.` });
  }
  if (url !== null && !URL.canParse(url))
    problems.push({ name: 'STORNO_STRIPE_URL', message: 'It must be an address.' });
  return { apiKey, merchantAccount: merchantAccount ?? '', url, webhookSecrets };
}

function readMail(env: Environment, problems: SettingsProblem[]): MailSettings | null {
  const smtpUrl = text(env, 'STORNO_SMTP_URL');
  if (smtpUrl === null) return null;
  const from = text(env, 'STORNO_MAIL_FROM');
  const to = list(env, 'STORNO_ALARM_TO');
  if (!/^smtps?:\/\//.test(smtpUrl)) problems.push({ name: 'STORNO_SMTP_URL', message: 'It must begin with smtp://' });
  if (from === null) problems.push({ name: 'STORNO_MAIL_FROM', message: 'It must say from whom mail comes.' });
  if (to.length === 0) problems.push({ name: 'STORNO_ALARM_TO', message: 'It must say who gets alarms.' });
  return { smtpUrl, from: from ?? '', to };
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
