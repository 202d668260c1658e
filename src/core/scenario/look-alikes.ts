import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/time.ts';
import type { Bill } from './billing.ts';
import type { Chance } from './chance.ts';
import type { Drive } from './demand.ts';
import {
  type Attempt,
  type Attributes,
  attempt,
  countLookAlike,
  follow,
  type History,
  type PaymentDraft,
} from './history.ts';
import type { Account } from './operator.ts';

/** How one drive is paid: plainly, or in a way that only looks like a double charge. */
export interface Story {
  readonly name: string;
  /** Part of all drives. */
  readonly share: number;
  /**
   * True where one more charge of the full price is still exactly one price too much: an incident may strike it
   * too.
   */
  readonly robust: boolean;
  tell(history: History, drive: Drive, bill: Bill): void;
}

/** Charged once, as it should be. */
export function payPlainly(history: History, drive: Drive, bill: Bill): PaymentDraft {
  return attempt(history, rentalAttempt(drive, bill));
}

function rentalAttempt(drive: Drive, bill: Bill): Attempt {
  return {
    account: drive.account,
    drive,
    purpose: 'rental',
    amountMinor: drive.priceMinor,
    at: bill.at,
    status: 'succeeded',
    attributes: bill.attributes,
  };
}

/** All of DESIGN §4 and mission §5.4 that concerns the payments of one drive; quotas are at least one each. */
export const STORIES: readonly Story[] = [
  { name: 'declined_then_paid', share: 0.02, robust: true, tell: declinedThenPaid },
  { name: 'hold_and_capture', share: 0.015, robust: true, tell: holdAndCapture },
  { name: 'split_two_cards', share: 0.004, robust: true, tell: splitTwoCards },
  { name: 'split_two_riders', share: 0.003, robust: false, tell: splitTwoRiders },
  { name: 'charged_again_after_refund', share: 0.004, robust: false, tell: chargedAgainAfterRefund },
  { name: 'corrected_under_charge', share: 0.004, robust: true, tell: correctedUnderCharge },
  { name: 'fee_beside_rental', share: 0.01, robust: true, tell: feeBesideRental },
  { name: 'fee_of_equal_amount', share: 0.003, robust: true, tell: feeOfEqualAmount },
  { name: 'part_refund', share: 0.005, robust: false, tell: partRefund },
  { name: 'refunded', share: 0.002, robust: false, tell: refunded },
  { name: 'charged_back', share: 0.003, robust: false, tell: chargedBack },
  { name: 'chargeback_reversed', share: 0.001, robust: false, tell: chargebackReversed },
  { name: 'free_rental', share: 0.01, robust: false, tell: freeRental },
  { name: 'pending', share: 0.002, robust: false, tell: pending },
  { name: 'keyless', share: 0.012, robust: false, tell: keyless },
];

function declinedThenPaid(history: History, drive: Drive, bill: Bill): void {
  const { chance } = history;
  const declines = chance.integer(1, 2);
  for (let i = 0; i < declines; i += 1) {
    attempt(history, { ...rentalAttempt(drive, bill), at: bill.at + i * 40 * SECOND_MS, status: 'failed' });
  }
  const at = bill.at + declines * 40 * SECOND_MS + chance.integer(20, 7200) * SECOND_MS;
  const attributes = { ...bill.attributes, card: drive.account.otherCard };
  attempt(history, { ...rentalAttempt(drive, bill), at, attributes });
}

function holdAndCapture(history: History, drive: Drive, bill: Bill): void {
  const { chance } = history;
  // Half of the holds are for the exact price: the pair that frightens customers most.
  const amountMinor = chance.happens(0.5) ? drive.priceMinor : 2500n;
  attempt(history, {
    ...rentalAttempt(drive, bill),
    at: drive.startedAt - 5 * SECOND_MS,
    amountMinor,
    status: 'canceled',
  });
  payPlainly(history, drive, bill);
}

function splitTwoCards(history: History, drive: Drive, bill: Bill): void {
  const [large, small] = splitUnequally(drive.priceMinor);
  attempt(history, { ...rentalAttempt(drive, bill), amountMinor: large });
  const attributes = { ...bill.attributes, card: drive.account.otherCard };
  attempt(history, { ...rentalAttempt(drive, bill), amountMinor: small, at: bill.at + 25 * SECOND_MS, attributes });
}

function splitTwoRiders(history: History, drive: Drive, bill: Bill): void {
  const [large, small] = splitUnequally(drive.priceMinor);
  const rider = otherAccount(history, drive);
  attempt(history, { ...rentalAttempt(drive, bill), amountMinor: large });
  const attributes = {
    ...bill.attributes,
    card: rider.card,
    device: rider.device,
    session_id: `s-${history.chance.hex(12)}`,
  };
  attempt(history, {
    ...rentalAttempt(drive, bill),
    account: rider,
    amountMinor: small,
    at: bill.at + 3000,
    attributes,
  });
}

function otherAccount(history: History, drive: Drive): Account {
  for (;;) {
    const other = history.chance.pick(history.drives).account;
    if (other !== drive.account || history.drives.every((one) => one.account === other)) return other;
  }
}

/** Sixty to forty, so that the parts never look like the price paid twice. */
function splitUnequally(amountMinor: bigint): readonly [bigint, bigint] {
  const small = (amountMinor * 2n) / 5n;
  return [amountMinor - small, small];
}

function chargedAgainAfterRefund(history: History, drive: Drive, bill: Bill): void {
  const { chance } = history;
  const first = payPlainly(history, drive, bill);
  const refundAt = bill.at + chance.integer(30, 300) * MINUTE_MS;
  const refund = follow(history, first, {
    kind: 'refund',
    amountMinor: drive.priceMinor,
    at: refundAt,
    attributes: byClerk(first, 'wrong cost centre, "please bill again"', chance),
  });
  // Some exports hold refunds that name the rental only.
  if (chance.happens(0.3)) refund.parent = null;
  attempt(history, { ...rentalAttempt(drive, bill), at: refundAt + chance.integer(5, 240) * MINUTE_MS });
}

function correctedUnderCharge(history: History, drive: Drive, bill: Bill): void {
  const part = (drive.priceMinor * 3n) / 4n;
  attempt(history, { ...rentalAttempt(drive, bill), amountMinor: part });
  const at = bill.at + history.chance.integer(1, 20) * HOUR_MS;
  const rest = attempt(history, { ...rentalAttempt(drive, bill), amountMinor: drive.priceMinor - part, at });
  rest.attributes = { ...rest.attributes, note: 'rest of the drive, recorded late' };
}

const FEES_MINOR = [350n, 490n, 990n, 1900n] as const;

function feeBesideRental(history: History, drive: Drive, bill: Bill): void {
  payFee(history, drive, bill, history.chance.pick(FEES_MINOR));
}

function feeOfEqualAmount(history: History, drive: Drive, bill: Bill): void {
  payFee(history, drive, bill, drive.priceMinor);
}

function payFee(history: History, drive: Drive, bill: Bill, amountMinor: bigint): void {
  payPlainly(history, drive, bill);
  const at = bill.at + history.chance.integer(1, 40) * SECOND_MS;
  attempt(history, { ...rentalAttempt(drive, bill), purpose: 'fee', amountMinor, at });
}

function partRefund(history: History, drive: Drive, bill: Bill): void {
  const first = payPlainly(history, drive, bill);
  follow(history, first, {
    kind: 'refund',
    amountMinor: drive.priceMinor / BigInt(history.chance.integer(2, 5)),
    at: bill.at + history.chance.integer(2, 96) * HOUR_MS,
    attributes: byClerk(first, 'goodwill: car was dirty, customer called', history.chance),
  });
}

function refunded(history: History, drive: Drive, bill: Bill): void {
  const first = payPlainly(history, drive, bill);
  follow(history, first, {
    kind: 'refund',
    amountMinor: drive.priceMinor,
    at: bill.at + history.chance.integer(2, 96) * HOUR_MS,
    attributes: byClerk(first, 'goodwill: navigation failed', history.chance),
  });
}

function byClerk(first: PaymentDraft, note: string, chance: Chance): Attributes {
  const { card = '', merchant_account = '' } = first.attributes;
  const actor = chance.pick(['g.bianchi', 'l.ferrari', 'm.conti']);
  return { card, merchant_account, actor, channel: 'phone', source: 'backoffice', environment: 'production', note };
}

function chargedBack(history: History, drive: Drive, bill: Bill): void {
  chargeBack(history, drive, bill);
}

function chargeBack(history: History, drive: Drive, bill: Bill): PaymentDraft {
  const first = payPlainly(history, drive, bill);
  return follow(history, first, {
    kind: 'chargeback',
    amountMinor: drive.priceMinor,
    at: bill.at + history.chance.integer(2, 5) * DAY_MS,
    attributes: byBank(first),
  });
}

function chargebackReversed(history: History, drive: Drive, bill: Bill): void {
  const dispute = chargeBack(history, drive, bill);
  const first = dispute.parent ?? dispute;
  follow(history, first, {
    kind: 'chargeback_reversal',
    amountMinor: drive.priceMinor,
    at: dispute.createdAt + history.chance.integer(2, 4) * DAY_MS,
    attributes: byBank(first),
  });
}

function byBank(first: PaymentDraft): Attributes {
  const { card = '', merchant_account = '' } = first.attributes;
  return { card, merchant_account, actor: 'issuer', source: 'provider', environment: 'production' };
}

/** Free minutes covered all of it; nothing is charged. */
function freeRental(_history: History, drive: Drive, _bill: Bill): void {
  drive.priceMinor = 0n;
}

function pending(history: History, drive: Drive, bill: Bill): void {
  attempt(history, { ...rentalAttempt(drive, bill), status: 'pending' });
}

/** The provider's export names no rental, but our books or the price do. */
function keyless(history: History, drive: Drive, bill: Bill): void {
  const payment = payPlainly(history, drive, bill);
  payment.rentalId = null;
  payment.namesCharge = false;
  payment.idempotencyKey = null;
}

/** Parts of all accounts that buy minutes in advance, once or twice the same. */
const PACKAGE_SHARE = 0.02;
const PACKAGE_TWICE_SHARE = 0.006;
const PACKAGES_MINOR = [990n, 2490n, 4990n] as const;

/** Packages belong to no rental. The bill of a drive lends them card and phone. */
export function sellPackages(history: History, bills: ReadonlyMap<Drive, Bill>): void {
  const { chance } = history;
  const buyers = chance.shuffle([...bills]);
  const once = quota(PACKAGE_SHARE, history);
  const twice = quota(PACKAGE_TWICE_SHARE, history);
  buyers.slice(0, once + twice).forEach(([drive, bill], index) => {
    const amountMinor = chance.pick(PACKAGES_MINOR);
    const at = drive.startedAt - chance.integer(1, 30) * MINUTE_MS;
    const order: Attempt = { ...rentalAttempt(drive, bill), drive: null, purpose: 'package', amountMinor, at };
    attempt(history, order);
    countLookAlike(history, index < once ? 'package' : 'package_twice');
    if (index >= once) attempt(history, { ...order, at: at + chance.integer(1, 72) * HOUR_MS });
  });
}

function quota(share: number, history: History): number {
  const accounts = new Set(history.drives.map((drive) => drive.account)).size;
  return Math.max(1, Math.round(share * accounts));
}

/**
 * Deals the stories out among the drives, each to as many as its share says and at least one, and tells all others
 * plainly. `struck` are the drives that an incident will strike: only robust stories may meet them, and only if the
 * incident strikes whatever lies in its range.
 */
export function payAll(
  history: History,
  bills: ReadonlyMap<Drive, Bill>,
  struck: { readonly drives: ReadonlySet<Drive>; readonly keepStories: 'robust' | 'none' },
): void {
  const told = dealStories(history, struck);
  for (const [drive, bill] of bills) {
    const story = told.get(drive);
    if (drive.alike !== null) countLookAlike(history, drive.alike);
    if (story === undefined) payPlainly(history, drive, bill);
    else {
      countLookAlike(history, story.name);
      story.tell(history, drive, bill);
    }
  }
}

function dealStories(
  history: History,
  struck: { readonly drives: ReadonlySet<Drive>; readonly keepStories: 'robust' | 'none' },
): ReadonlyMap<Drive, Story> {
  const pool = history.chance.shuffle(history.drives.filter((drive) => drive.alike === null));
  const told = new Map<Drive, Story>();
  for (const story of STORIES) {
    let left = Math.max(1, Math.round(story.share * history.drives.length));
    for (const drive of pool) {
      if (left === 0) break;
      const open = !struck.drives.has(drive) || (story.robust && struck.keepStories === 'robust');
      if (!open || told.has(drive)) continue;
      told.set(drive, story);
      left -= 1;
    }
  }
  return told;
}
