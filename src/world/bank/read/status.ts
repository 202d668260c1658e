import type { OrderStatus, PaymentStatusLine, StatusReport } from '../../../core/fact/bank.ts';
import { Refused } from '../refusal.ts';
import { all, type Element, find, needed, reference, text, words } from './look.ts';
import type { XmlNode } from './xml.ts';

/** Payments of a report, without the batch in which they stand. */
export type FoldedStatus = Omit<PaymentStatusLine, 'paymentInformationId'>;

export function foldStatus(node: XmlNode<FoldedStatus>): FoldedStatus | null {
  if (node.name !== 'TxInfAndSts') return null;
  return {
    scope: 'payment',
    instructionId: reference(node, 'OrgnlInstrId'),
    endToEndId: reference(node, 'OrgnlEndToEndId'),
    ...saidIn(node, needed(node, 'TxSts')),
  };
}

/** Versions 03 to 12, and those that Swiss and German banks made of 03. */
export function statusReportOf(document: XmlNode<FoldedStatus>, version: string): StatusReport {
  const report = document.children.find(({ name }) => name === 'CstmrPmtStsRpt');
  const group = report === undefined ? null : find(report, 'OrgnlGrpInfAndSts');
  if (report === undefined || group === null) {
    throw new Refused('content', 'has no CstmrPmtStsRpt/OrgnlGrpInfAndSts: it answers to nothing.');
  }
  const batches = report.children.filter(({ name }) => name === 'OrgnlPmtInfAndSts');
  return {
    version,
    messageId: needed(report, 'GrpHdr/MsgId'),
    originalMessageId: needed(group, 'OrgnlMsgId'),
    originalKind: needed(group, 'OrgnlMsgNmId'),
    statuses: [
      ...wider(group, { scope: 'message', path: 'GrpSts', paymentInformationId: null }),
      ...report.folded.map((line) => ({ ...line, paymentInformationId: null })),
      ...batches.flatMap(statusesOf),
    ],
  };
}

function statusesOf(batch: XmlNode<FoldedStatus>): readonly PaymentStatusLine[] {
  const paymentInformationId = reference(batch, 'OrgnlPmtInfId');
  return [
    ...wider(batch, { scope: 'batch', path: 'PmtInfSts', paymentInformationId }),
    ...batch.folded.map((line) => ({ ...line, paymentInformationId })),
  ];
}

interface Wider {
  readonly scope: 'message' | 'batch';
  readonly path: string;
  readonly paymentInformationId: string | null;
}

/** Empty where the bank says nothing of the whole. */
function wider(node: Element, { scope, path, paymentInformationId }: Wider): readonly PaymentStatusLine[] {
  const code = text(node, path);
  if (code === null) return [];
  return [{ scope, paymentInformationId, instructionId: null, endToEndId: null, ...saidIn(node, code) }];
}

function saidIn(node: Element, code: string): Pick<PaymentStatusLine, 'status' | 'code' | 'reason' | 'text'> {
  const status = STATUSES.get(code);
  if (status === undefined) {
    throw new Refused('content', `says ${code.slice(0, 10)}, a status that ISO 20022 does not know. Ask the bank.`);
  }
  const reasons = all(node, 'StsRsnInf');
  return {
    status,
    code,
    reason: reasons.flatMap((each) => text(each, 'Rsn/Cd', 'Rsn/Prtry') ?? []).at(0) ?? null,
    text: reasons
      .flatMap((each) => all(each, 'AddtlInf').map(words))
      .join(' ')
      .slice(0, TEXT_MAX),
  };
}

const TEXT_MAX = 500;

/**
 * ISO 20022 external code sets, ExternalPaymentGroupStatus1Code and ExternalPaymentTransactionStatus1Code. A check of
 * the form alone (`ACTC`) promises nothing, and a part (`PART`) is told payment by payment.
 */
const STATUSES: ReadonlyMap<string, OrderStatus> = new Map([
  ...['ACCP', 'ACSP', 'ACSC', 'ACCC', 'ACWC', 'ACWP', 'ACFC'].map((code) => [code, 'accepted'] as const),
  ...['RJCT', 'CANC', 'BLCK'].map((code) => [code, 'rejected'] as const),
  ...['ACTC', 'RCVD', 'PDNG', 'PATC', 'PART'].map((code) => [code, 'pending'] as const),
]);
