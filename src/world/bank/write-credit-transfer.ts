import type { Day } from '../../core/kernel/day.ts';
import { type Money, toMajor } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { parseDay } from '../../core/kernel/rfc3339.ts';
import { isTargetDay } from '../../core/kernel/target-day.ts';
import { type Instant, SECOND_MS, toRfc3339 } from '../../core/kernel/time.ts';
import { isReadable, toSepaText } from '../../core/remedy/sepa-text.ts';
import { document, element, onOwnLine, type Xml } from './write/element.ts';
import {
  accountElement,
  amountFaults,
  countFaults,
  eurElement,
  nameOf,
  type OrderFault,
  type OrderFile,
  type OrderParty,
  partyFaults,
  referenceFaults,
  repeatFaults,
  TEXT_LENGTH_MAX,
  totalOf,
} from './write/order.ts';

/** SEPA credit transfers from one account on one day. The same order always makes the same bytes. */
export interface CreditTransferOrder {
  /** Banks differ in which they take; the newer one unless the bank says otherwise. */
  readonly version: 'pain.001.001.09' | 'pain.001.001.03';
  /** Never used before: banks refuse a file whose id they have seen, which is what keeps a repeat from paying twice. */
  readonly messageId: string;
  readonly createdAt: Instant;
  /** A TARGET day. */
  readonly executeOn: Day;
  readonly debtor: OrderParty;
  /** `single` shows every payment in the statement; `sum` only the total, and returns alone by name. */
  readonly booking: 'single' | 'sum';
  readonly payments: readonly CreditTransfer[];
}

export interface CreditTransfer {
  /** Of `endToEndIdOf`: comes back in the statement. */
  readonly endToEndId: string;
  readonly creditor: OrderParty;
  readonly amount: Money;
  /** What the customer reads; at most 140 characters after letters have been turned into those of SEPA. */
  readonly text: string;
}

/** The file, or all that is wrong at once, the whole before its payments. Only names are cut, at 70 characters. */
export function writeCreditTransfer(order: CreditTransferOrder): Result<OrderFile, readonly OrderFault[]> {
  const faults = faultsOf(order);
  if (faults.length > 0) return fail(faults);
  const count = order.payments.length;
  const total = totalOf(order.payments.map(({ amount }) => amount));
  const sums = [element('NbOfTxs', String(count)), element('CtrlSum', toMajor(total))];
  const header = element('GrpHdr', [
    element('MsgId', order.messageId),
    element('CreDtTm', toRfc3339(Math.floor(order.createdAt / SECOND_MS) * SECOND_MS)),
    ...sums,
    element('InitgPty', [element('Nm', nameOf(order.debtor))]),
  ]);
  const body = element('CstmrCdtTrfInitn', [onOwnLine(header), onOwnLine(paymentInformation(order, sums))]);
  return ok({ xml: document(order.version, body), count, total });
}

function faultsOf(order: CreditTransferOrder): readonly OrderFault[] {
  return [
    ...countFaults(order.payments.length),
    ...referenceFaults(order.messageId, null),
    ...dayFaults(order.executeOn),
    ...partyFaults(order.debtor, null),
    ...order.payments.flatMap(paymentFaults),
    ...repeatFaults(order.payments.map(({ endToEndId }) => endToEndId)),
  ];
}

function dayFaults(day: Day): readonly OrderFault[] {
  if (parseDay(day) !== null && isTargetDay(day)) return [];
  return [
    { kind: 'day', id: null, message: `${day.slice(0, 20)} is no day on which banks settle: choose a TARGET day.` },
  ];
}

function paymentFaults({ endToEndId, creditor, amount, text }: CreditTransfer): readonly OrderFault[] {
  const said = toSepaText(text);
  const isSaid = isReadable(said) && said.length <= TEXT_LENGTH_MAX;
  const message = `The text has ${said.length} characters; it must have 1 to ${TEXT_LENGTH_MAX}, with a letter among them.`;
  return [
    ...referenceFaults(endToEndId, endToEndId),
    ...partyFaults(creditor, endToEndId),
    ...amountFaults(amount, endToEndId),
    ...(isSaid ? [] : [{ kind: 'text' as const, id: endToEndId, message }]),
  ];
}

function paymentInformation(order: CreditTransferOrder, sums: readonly Xml[]): Xml {
  const { version, executeOn, debtor, payments } = order;
  return element('PmtInf', [
    // The only one of its message, so that it needs no name of its own.
    element('PmtInfId', order.messageId),
    element('PmtMtd', 'TRF'),
    element('BtchBookg', String(order.booking === 'sum')),
    ...sums,
    element('PmtTpInf', [element('SvcLvl', [element('Cd', 'SEPA')])]),
    element('ReqdExctnDt', version === 'pain.001.001.03' ? executeOn : [element('Dt', executeOn)]),
    element('Dbtr', [element('Nm', nameOf(debtor))]),
    accountElement('DbtrAcct', debtor.iban),
    agentElement('DbtrAgt', debtor.bic, version) ?? agentUnknown('DbtrAgt'),
    element('ChrgBr', 'SLEV'),
    ...payments.map((payment) => onOwnLine(transfer(payment, version))),
  ]);
}

function transfer(
  { endToEndId, creditor, amount, text }: CreditTransfer,
  version: CreditTransferOrder['version'],
): Xml {
  return element('CdtTrfTxInf', [
    element('PmtId', [element('EndToEndId', endToEndId)]),
    element('Amt', [eurElement('InstdAmt', amount)]),
    agentElement('CdtrAgt', creditor.bic, version),
    element('Cdtr', [element('Nm', nameOf(creditor))]),
    accountElement('CdtrAcct', creditor.iban),
    element('RmtInf', [element('Ustrd', toSepaText(text))]),
  ]);
}

function agentElement(name: string, bic: string | null, version: CreditTransferOrder['version']): Xml | null {
  if (bic === null) return null;
  return element(name, [element('FinInstnId', [element(version === 'pain.001.001.03' ? 'BIC' : 'BICFI', bic)])]);
}

function agentUnknown(name: string): Xml {
  return element(name, [element('FinInstnId', [element('Othr', [element('Id', 'NOTPROVIDED')])])]);
}
