import type { Day } from '../../core/kernel/day.ts';
import { type Money, toMajor } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { parseDay } from '../../core/kernel/rfc3339.ts';
import { type Instant, SECOND_MS, toRfc3339 } from '../../core/kernel/time.ts';
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
  totalOf,
} from './write/order.ts';

/**
 * Direct debits that are taken back because they were collected twice (reason AM05). Whether that is still allowed says
 * `decideWayBack`. The same order always makes the same bytes.
 */
export interface ReversalOrder {
  /** Never used before. */
  readonly messageId: string;
  readonly createdAt: Instant;
  readonly creditor: OrderParty;
  /** The creditor identifier of SEPA. */
  readonly creditorId: string;
  /** The collection that is taken back. Reversals of several collections go into several files. */
  readonly original: {
    readonly messageId: string;
    /** `pain.008.001.08`, as it was sent. */
    readonly messageName: string;
    readonly paymentInformationId: string;
    readonly collectedOn: Day;
    readonly scheme: 'core' | 'b2b';
    readonly sequenceType: 'FRST' | 'RCUR' | 'OOFF' | 'FNAL';
  };
  readonly reversals: readonly Reversal[];
}

export interface Reversal {
  /** Of `endToEndIdOf`, of this reversal. */
  readonly reversalId: string;
  /** As it was in the collection. */
  readonly originalEndToEndId: string;
  readonly debtor: OrderParty;
  readonly mandateId: string;
  readonly mandateSignedOn: Day;
  /** All that was collected: a reversal in part is unknown to the scheme. */
  readonly amount: Money;
}

/** The file, or all that is wrong at once, the whole before its parts. */
export function writeReversal(order: ReversalOrder): Result<OrderFile, readonly OrderFault[]> {
  const faults = faultsOf(order);
  if (faults.length > 0) return fail(faults);
  const total = totalOf(order.reversals.map(({ amount }) => amount));
  const header = element('GrpHdr', [
    element('MsgId', order.messageId),
    element('CreDtTm', toRfc3339(Math.floor(order.createdAt / SECOND_MS) * SECOND_MS)),
    element('NbOfTxs', String(order.reversals.length)),
    element('CtrlSum', toMajor(total)),
    element('GrpRvsl', 'false'),
    element('InitgPty', [element('Nm', nameOf(order.creditor))]),
  ]);
  const original = element('OrgnlGrpInf', [
    element('OrgnlMsgId', order.original.messageId),
    element('OrgnlMsgNmId', order.original.messageName),
  ]);
  const parts = element('OrgnlPmtInfAndRvsl', [
    element('OrgnlPmtInfId', order.original.paymentInformationId),
    element('PmtInfRvsl', 'false'),
    ...order.reversals.map((reversal) => onOwnLine(reversalElement(reversal, order))),
  ]);
  const body = element('CstmrPmtRvsl', [onOwnLine(header), onOwnLine(original), onOwnLine(parts)]);
  return ok({ xml: document('pain.007.001.10', body), count: order.reversals.length, total });
}

function faultsOf(order: ReversalOrder): readonly OrderFault[] {
  const { messageId, messageName, paymentInformationId, collectedOn } = order.original;
  return [
    ...countFaults(order.reversals.length),
    ...[order.messageId, order.creditorId, messageId, messageName, paymentInformationId].flatMap((reference) =>
      referenceFaults(reference, null),
    ),
    ...dayFaults(collectedOn, null),
    ...partyFaults(order.creditor, null),
    ...order.reversals.flatMap(reversalFaults),
    ...repeatFaults(order.reversals.map(({ reversalId }) => reversalId)),
    ...repeatFaults(order.reversals.map(({ originalEndToEndId }) => originalEndToEndId)),
  ];
}

function reversalFaults(reversal: Reversal): readonly OrderFault[] {
  const { reversalId, originalEndToEndId, mandateId } = reversal;
  return [
    ...[reversalId, originalEndToEndId, mandateId].flatMap((reference) => referenceFaults(reference, reversalId)),
    ...dayFaults(reversal.mandateSignedOn, reversalId),
    ...partyFaults(reversal.debtor, reversalId),
    ...amountFaults(reversal.amount, reversalId),
  ];
}

function dayFaults(day: Day, id: string | null): readonly OrderFault[] {
  return parseDay(day) === null ? [{ kind: 'day', id, message: `${day.slice(0, 20)} is no day.` }] : [];
}

function reversalElement(reversal: Reversal, order: ReversalOrder): Xml {
  return element('TxInf', [
    element('RvslId', reversal.reversalId),
    element('OrgnlEndToEndId', reversal.originalEndToEndId),
    eurElement('OrgnlInstdAmt', reversal.amount),
    eurElement('RvsdInstdAmt', reversal.amount),
    element('ChrgBr', 'SLEV'),
    element('RvslRsnInf', [
      element('Orgtr', [element('Nm', nameOf(order.creditor))]),
      // External code set of ISO 20022: duplication.
      element('Rsn', [element('Cd', 'AM05')]),
    ]),
    originalElement(reversal, order),
  ]);
}

function originalElement({ debtor, mandateId, mandateSignedOn }: Reversal, order: ReversalOrder): Xml {
  const { original, creditor } = order;
  return element('OrgnlTxRef', [
    element('ReqdColltnDt', original.collectedOn),
    element('CdtrSchmeId', [
      element('Id', [
        element('PrvtId', [
          element('Othr', [element('Id', order.creditorId), element('SchmeNm', [element('Prtry', 'SEPA')])]),
        ]),
      ]),
    ]),
    element('PmtTpInf', [
      element('SvcLvl', [element('Cd', 'SEPA')]),
      element('LclInstrm', [element('Cd', original.scheme === 'core' ? 'CORE' : 'B2B')]),
      element('SeqTp', original.sequenceType),
    ]),
    element('PmtMtd', 'DD'),
    element('MndtRltdInf', [
      element('DrctDbtMndt', [element('MndtId', mandateId), element('DtOfSgntr', mandateSignedOn)]),
    ]),
    element('Dbtr', [element('Pty', [element('Nm', nameOf(debtor))])]),
    accountElement('DbtrAcct', debtor.iban),
    element('Cdtr', [element('Pty', [element('Nm', nameOf(creditor))])]),
    accountElement('CdtrAcct', creditor.iban),
  ]);
}
