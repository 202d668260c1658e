import { type FieldError, field, isRecord, type Reading, readInteger, refuse } from '../kernel/field.ts';
import { parseMoney } from '../kernel/money.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { type Amounts, CHANNELS, type Channel, type ChannelRule, type RemedyPolicy } from './remedy-policy.ts';

/** Longer than any goodwill that was ever given; a slip of a digit is caught. */
const MINUTES_MAX = 10_000;
const DAYS_MAX = 3660;
/** A hundred percent a year. */
const BASIS_POINTS_MAX = 10_000;
const RUNGS_MAX = 20;
const SAMPLES_MAX = 1000;
/** A month: an approval older than that rests on what nobody remembers. */
const VALID_HOURS_MAX = 744;
/** A thousand a second, beyond every provider's limit. */
const PER_TEN_SECONDS_MAX = 10_000;
const CANARY_MAX = 10_000;
/** Of the last hundred outcomes. */
const HALT_FAILURES_MAX = 100;

/**
 * Reads a policy out of JSON text, strictly: every field is there, and no other, since a misspelt cap would be none.
 * Answers everything that is wrong at once.
 */
export function parseRemedyPolicy(text: string): Result<RemedyPolicy, readonly FieldError[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail([{ pointer: '', detail: 'is not JSON' }]);
  }
  const root: Reading = { value, pointer: '', errors: [] };
  allow(root, ['goodwill', 'time_value', 'low_value', 'channels', 'caps', 'approval', 'campaign']);
  const policy: RemedyPolicy = {
    goodwill: readGoodwill(field(root, 'goodwill')),
    timeValue: readTimeValue(field(root, 'time_value')),
    lowValue: readAmounts(field(root, 'low_value')),
    channels: readList(field(root, 'channels'), CHANNELS.length, readChannel),
    caps: readCaps(field(root, 'caps')),
    approval: readApproval(field(root, 'approval')),
    campaign: readCampaign(field(root, 'campaign')),
  };
  checkChannels(field(root, 'channels'), policy.channels);
  return root.errors.length > 0 ? fail(root.errors) : ok(policy);
}

function readGoodwill(reading: Reading): RemedyPolicy['goodwill'] {
  allow(reading, ['who', 'minutes', 'city', 'valid_days', 'visible_within_days', 'money', 'ladder']);
  readWord(field(reading, 'city'), ['home']);
  const minutes = whole(field(reading, 'minutes'), { min: 0, max: MINUTES_MAX });
  const validDays = whole(field(reading, 'valid_days'), { min: 0, max: DAYS_MAX });
  if (minutes > 0 && validDays === 0)
    refuse(field(reading, 'valid_days'), 'must be at least 1 where minutes are given');
  return {
    who: readWord(field(reading, 'who'), ['affected', 'refunded', 'nobody']),
    minutes,
    validDays,
    visibleWithinDays: whole(field(reading, 'visible_within_days'), { min: 0, max: DAYS_MAX }),
    money: readAmounts(field(reading, 'money')),
    ladder: readLadder(field(reading, 'ladder')),
  };
}

function readLadder(reading: Reading): RemedyPolicy['goodwill']['ladder'] {
  const rungs = readList(reading, RUNGS_MAX, (rung) => {
    allow(rung, ['after_days', 'minutes']);
    return {
      afterDays: whole(field(rung, 'after_days'), { min: 1, max: DAYS_MAX }),
      minutes: whole(field(rung, 'minutes'), { min: 0, max: MINUTES_MAX }),
    };
  });
  const isRising = rungs.every(({ afterDays }, at) => at === 0 || (rungs[at - 1]?.afterDays ?? 0) < afterDays);
  if (!isRising) refuse(reading, 'must rise: each after_days above the one before');
  return rungs;
}

function readTimeValue(reading: Reading): RemedyPolicy['timeValue'] {
  allow(reading, ['basis_points_a_year', 'payout_days']);
  return {
    basisPointsAYear: whole(field(reading, 'basis_points_a_year'), { min: 0, max: BASIS_POINTS_MAX }),
    payoutDays: whole(field(reading, 'payout_days'), { min: 0, max: DAYS_MAX }),
  };
}

function readChannel(reading: Reading): ChannelRule {
  allow(reading, ['channel', 'within_days', 'by_provider']);
  const within = field(reading, 'within_days');
  const providers = field(reading, 'by_provider');
  if (!isRecord(providers.value)) refuse(providers, 'must be an object: {"paypal": 180}, or {}');
  const names = isRecord(providers.value) ? Object.keys(providers.value) : [];
  return {
    channel: readWord<Channel>(field(reading, 'channel'), CHANNELS),
    withinDays: within.value === null ? null : whole(within, { min: 0, max: DAYS_MAX }),
    byProvider: Object.fromEntries(
      names.map((name) => [name, whole(field(providers, name), { min: 0, max: DAYS_MAX })]),
    ),
  };
}

/** The last channel is open for ever: what is owed is never without a road. */
function checkChannels(reading: Reading, channels: readonly ChannelRule[]): void {
  if (new Set(channels.map(({ channel }) => channel)).size < channels.length) refuse(reading, 'names a channel twice');
  const last = channels.at(-1);
  if (last === undefined) refuse(reading, 'must name at least one channel');
  else if (last.withinDays !== null || Object.keys(last.byProvider).length > 0) {
    refuse(reading, 'must end with a channel whose within_days is null and that knows no by_provider');
  }
}

function readCaps(reading: Reading): RemedyPolicy['caps'] {
  allow(reading, ['item', 'plan', 'day']);
  return {
    item: readAmounts(field(reading, 'item')),
    plan: readAmounts(field(reading, 'plan')),
    day: readAmounts(field(reading, 'day')),
  };
}

function readApproval(reading: Reading): RemedyPolicy['approval'] {
  allow(reading, ['samples', 'valid_hours']);
  return {
    samples: whole(field(reading, 'samples'), { min: 0, max: SAMPLES_MAX }),
    validHours: whole(field(reading, 'valid_hours'), { min: 1, max: VALID_HOURS_MAX }),
  };
}

function readCampaign(reading: Reading): RemedyPolicy['campaign'] {
  allow(reading, ['per_ten_seconds', 'canary', 'halt_failures']);
  return {
    perTenSeconds: whole(field(reading, 'per_ten_seconds'), { min: 1, max: PER_TEN_SECONDS_MAX }),
    canary: whole(field(reading, 'canary'), { min: 0, max: CANARY_MAX }),
    haltFailures: whole(field(reading, 'halt_failures'), { min: 1, max: HALT_FAILURES_MAX }),
  };
}

/** `{"EUR": "500.00"}`: amounts are texts, so that no number rounds them. */
function readAmounts(reading: Reading): Amounts {
  if (!isRecord(reading.value)) {
    refuse(reading, 'must be an object of amounts by currency: {"EUR": "500.00"}, or {}');
    return {};
  }
  const amounts = Object.keys(reading.value).map((currency) => {
    const amount = field(reading, currency);
    const money = typeof amount.value === 'string' ? parseMoney(amount.value, currency) : null;
    if (money === null) refuse(amount, 'must be a text such as "500.00"');
    else if (!money.ok) refuse(amount, MONEY_FAULTS[money.error.kind]);
    return [currency, money?.ok === true ? money.value.amountMinor : 0n] as const;
  });
  return Object.fromEntries(amounts);
}

const MONEY_FAULTS = {
  currency_unknown: 'is no currency of ISO 4217',
  amount_malformed: 'must be an amount such as "500.00"',
  amount_negative: 'must not be below zero',
  amount_too_precise: 'has more decimals than its currency',
  amount_too_large: 'is too large',
} as const;

function readList<T>(reading: Reading, countMax: number, read: (item: Reading) => T): readonly T[] {
  const { value, pointer, errors } = reading;
  if (!Array.isArray(value) || value.length > countMax) {
    refuse(reading, `must be a list of at most ${countMax}`);
    return [];
  }
  return value.map((item: unknown, at) => read({ value: item, pointer: `${pointer}/${at}`, errors }));
}

/** Answers the first word where it is none of them: the error stands, and nothing is done with it. */
function readWord<Word extends string>(reading: Reading, words: readonly [Word, ...Word[]]): Word {
  const found = words.find((word) => word === reading.value);
  if (found === undefined) refuse(reading, `must be one of: ${words.join(', ')}`);
  return found ?? words[0];
}

function whole(reading: Reading, bounds: { readonly min: number; readonly max: number }): number {
  return readInteger(reading, bounds) ?? bounds.min;
}

function allow(reading: Reading, names: readonly string[]): void {
  if (!isRecord(reading.value)) {
    refuse(reading, reading.value === undefined ? 'is missing' : 'must be an object');
    return;
  }
  for (const name of Object.keys(reading.value)) {
    if (!names.includes(name)) refuse(field(reading, name), `is not known here: ${names.join(', ')}`);
  }
}
