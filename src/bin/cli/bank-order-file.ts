import { type FieldError, field, type Reading, readInteger, readText, refuse } from '../../core/kernel/field.ts';
import { type Money, money, parseMoney } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { parseDay, parseRfc3339 } from '../../core/kernel/rfc3339.ts';
import { endToEndIdOf } from '../../core/remedy/end-to-end-id.ts';
import type { ReversalTerms } from '../../core/remedy/reversal.ts';
import type { OrderParty } from '../../world/bank/write/order.ts';
import type { CreditTransfer, CreditTransferOrder } from '../../world/bank/write-credit-transfer.ts';
import type { Reversal, ReversalOrder } from '../../world/bank/write-reversal.ts';
import { sha256 } from '../../world/digest.ts';

/** What `storno bank order` is asked for; docs/bank.md has the form. */
export type OrderWish =
  | { readonly kind: 'credit_transfer'; readonly order: CreditTransferOrder }
  | {
      readonly kind: 'reversal';
      readonly order: ReversalOrder;
      readonly terms: ReversalTerms;
      readonly settledOn: string | null;
      /** Ids of those that came back already. */
      readonly returned: readonly string[];
    };

const TEXT_MAX = 500;
/** More is refused by the writer, with its own sentence. */
const TARGET_DAYS_MAX = 20;

/** Everything that is wrong with the form, at once. Whether a bank would take it is the writer's to say. */
export function readOrderWish(value: unknown): Result<OrderWish, readonly FieldError[]> {
  const reading: Reading = { value, pointer: '', errors: [] };
  const kind = oneOf(field(reading, 'kind'), ['credit_transfer', 'reversal'] as const);
  const wish = kind === 'reversal' ? reversalWish(reading) : transferWish(reading);
  return reading.errors.length > 0 ? fail(reading.errors) : ok(wish);
}

function transferWish(reading: Reading): OrderWish {
  const order: CreditTransferOrder = {
    version: oneOf(field(reading, 'version'), ['pain.001.001.09', 'pain.001.001.03'] as const),
    messageId: words(field(reading, 'message_id')),
    createdAt: instant(field(reading, 'created_at')),
    executeOn: day(field(reading, 'execute_on')),
    debtor: party(field(reading, 'debtor')),
    booking: oneOf(field(reading, 'booking'), ['single', 'sum'] as const),
    payments: list(field(reading, 'payments')).map(transfer),
  };
  return { kind: 'credit_transfer', order };
}

function transfer(reading: Reading): CreditTransfer {
  return {
    endToEndId: endToEndIdOf(words(field(reading, 'id')), sha256),
    creditor: party(reading),
    amount: euros(field(reading, 'amount')),
    text: words(field(reading, 'text')),
  };
}

function reversalWish(reading: Reading): OrderWish {
  const original = field(reading, 'original');
  const reversals = list(field(reading, 'reversals'));
  const order: ReversalOrder = {
    messageId: words(field(reading, 'message_id')),
    createdAt: instant(field(reading, 'created_at')),
    creditor: party(field(reading, 'creditor')),
    creditorId: words(field(reading, 'creditor_id')),
    original: {
      messageId: words(field(original, 'message_id')),
      messageName: words(field(original, 'message_name')),
      paymentInformationId: words(field(original, 'payment_information_id')),
      collectedOn: day(field(original, 'collected_on')),
      scheme: oneOf(field(original, 'scheme'), ['core', 'b2b'] as const),
      sequenceType: oneOf(field(original, 'sequence_type'), ['FRST', 'RCUR', 'OOFF', 'FNAL'] as const),
    },
    reversals: reversals.map(reversal),
  };
  const settled = field(original, 'settled_on');
  return {
    kind: 'reversal',
    order,
    terms: {
      today: day(field(reading, 'today')),
      withinTargetDays: readInteger(field(reading, 'within_target_days'), { min: 0, max: TARGET_DAYS_MAX }) ?? 0,
    },
    settledOn: settled.value === null ? null : day(settled),
    returned: reversals.flatMap((each, at) =>
      field(each, 'is_returned').value === true ? [order.reversals[at]?.reversalId ?? ''] : [],
    ),
  };
}

function reversal(reading: Reading): Reversal {
  return {
    reversalId: endToEndIdOf(words(field(reading, 'id')), sha256),
    originalEndToEndId: words(field(reading, 'end_to_end_id')),
    debtor: party(reading),
    mandateId: words(field(reading, 'mandate_id')),
    mandateSignedOn: day(field(reading, 'mandate_signed_on')),
    amount: euros(field(reading, 'amount')),
  };
}

function party(reading: Reading): OrderParty {
  const bic = field(reading, 'bic');
  return {
    name: words(field(reading, 'name')),
    iban: words(field(reading, 'iban')),
    bic: bic.value === undefined || bic.value === null ? null : words(bic),
  };
}

function words(reading: Reading): string {
  return readText(reading, { lengthMax: TEXT_MAX }) ?? '';
}

function oneOf<T extends string>(reading: Reading, choices: readonly [T, ...T[]]): T {
  const found = choices.find((choice) => choice === reading.value);
  if (found === undefined) refuse(reading, `must be one of ${choices.join(', ')}`);
  return found ?? choices[0];
}

function day(reading: Reading): string {
  const said = words(reading);
  if (said !== '' && parseDay(said) === null) refuse(reading, 'must be a day such as 2026-11-30');
  return said;
}

function instant(reading: Reading): number {
  const said = words(reading);
  const read = parseRfc3339(said);
  if (said !== '' && read === null) refuse(reading, 'must be a time such as 2026-11-30T08:00:00Z');
  return read ?? 0;
}

/** A text, because numbers hold no money. */
function euros(reading: Reading): Money {
  const said = words(reading);
  const read = parseMoney(said, 'EUR');
  if (said !== '' && !read.ok) refuse(reading, 'must be a text with an amount in euros such as "14.50"');
  return read.ok ? read.value : money(0n, 'EUR');
}

function list(reading: Reading): readonly Reading[] {
  const { value, pointer, errors } = reading;
  if (!Array.isArray(value)) refuse(reading, 'must be a list');
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.map((item, at) => ({ value: item, pointer: `${pointer}/${at}`, errors }));
}
