import { sayNumber } from './clue.ts';
import type { Cause } from './diagnosis.ts';
import { type Profile, withRole } from './profile.ts';
import type { Role } from './roles.ts';

/** The first cause is clear if it leads by this much, and nearly two thirds of its fingerprint are there. */
const CLEAR_LEAD = 0.15;
const CLEAR_SCORE_MIN = 0.65;
/** The most telling files and columns; a longer list is a wish, not advice. */
const HELPS_SHOWN_MAX = 3;
const FEW_CASES = 4;

/** What would tell the first causes apart, of the things that are not there. Empty where the first is clear. */
export function cannotTellOf(profile: Profile, causes: readonly Cause[]): readonly string[] {
  const [first, second] = causes;
  if (first === undefined || second === undefined) return [];
  const few =
    profile.count < FEW_CASES
      ? [
          `${sayNumber(profile.count)} wrong ${profile.count === 1 ? 'charge does' : 'charges do'} not show a pattern; a longer stretch of data may.`,
        ]
      : [];
  if (first.score - second.score >= CLEAR_LEAD && first.score >= CLEAR_SCORE_MIN) return few;
  const rivals = causes.filter((cause) => first.score - cause.score < CLEAR_LEAD || cause === second).slice(0, 4);
  const names = rivals.map((cause) => cause.id);
  const helps = HELPS.filter((help) => isMissing(help, profile))
    .map((help) => ({ help, tells: names.filter((id) => help.tells.includes(id)).length }))
    .filter(({ tells }) => tells > 0)
    .sort((one, other) => other.tells - one.tells)
    .slice(0, HELPS_SHOWN_MAX);
  return [...few, ...helps.map(({ help }) => `${help.what} would tell ${sayBoth(names)} apart.`)];
}

interface Help {
  readonly what: string;
  /** Causes on which this has something to say, for or against. */
  readonly tells: readonly string[];
  readonly layer?: 'rentals' | 'charges' | 'settlements';
  readonly role?: Role;
}

const HELPS: readonly Help[] = [
  {
    what: 'A charges file (our own books) with the status and payment_id of every attempt',
    layer: 'charges',
    tells: ['C01', 'C02', 'C05', 'C09', 'C10', 'C12', 'C13', 'C14', 'C17', 'C19', 'C25', 'C26', 'C11', 'C08'],
  },
  {
    what: 'A rentals file with account, vehicle and times',
    layer: 'rentals',
    tells: ['C06', 'C08', 'C10', 'C16', 'C18', 'C19', 'C21', 'C22', 'C17'],
  },
  {
    what: 'A settlements file with the name of the bank’s file',
    layer: 'settlements',
    tells: ['C07', 'C24', 'C06', 'C25'],
  },
  {
    what: 'A column with the delivery count of the message',
    role: 'delivery_count',
    tells: ['C09', 'C02', 'C10', 'C05'],
  },
  { what: 'A column with the response time of the provider', role: 'latency', tells: ['C02', 'C09', 'C26', 'C12'] },
  {
    what: 'A column with the worker or host that made the charge',
    role: 'worker',
    tells: ['C05', 'C01', 'C06', 'C13'],
  },
  { what: 'A column with the job run', role: 'run', tells: ['C05', 'C06', 'C08', 'C17', 'C10'] },
  { what: 'A column with the session or device', role: 'session', tells: ['C01', 'C14', 'C15'] },
  { what: 'A column with the system or merchant account that charged', role: 'source', tells: ['C17', 'C06', 'C19'] },
  { what: 'A column with who made the charge (person or system)', role: 'actor', tells: ['C23', 'C10', 'C14', 'C15'] },
  { what: 'A column with the environment or credential', role: 'environment', tells: ['C19', 'C08', 'C10'] },
  { what: 'A column with the card or method', role: 'instrument', tells: ['C14', 'C15', 'C23'] },
  { what: 'A column with the UTC offset or zone of the rental', role: 'zone', tells: ['C20', 'C06', 'C05'] },
];

function isMissing(help: Help, profile: Profile): boolean {
  if (help.layer !== undefined) return !profile.layers[help.layer];
  return help.role !== undefined && withRole(profile, help.role).length === 0;
}

function sayBoth(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
