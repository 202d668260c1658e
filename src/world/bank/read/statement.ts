import type {
  Balance,
  BankEntry,
  BankStatement,
  BankTransaction,
  Batch,
  Counterparty,
  EntryStatus,
  StatementKind,
} from '../../../core/fact/bank.ts';
import { type Money, money } from '../../../core/kernel/money.ts';
import { Refused } from '../refusal.ts';
import {
  all,
  amount,
  day,
  type Element,
  find,
  needed,
  neededAmount,
  neededDay,
  neededSide,
  reference,
  type Side,
  side,
  signed,
  text,
  wholeNumber,
  words,
} from './look.ts';
import type { XmlNode } from './xml.ts';

/** What is kept of an element that may come a hundred thousand times. */
export type Folded =
  | { readonly kind: 'entry'; readonly entry: BankEntry }
  | { readonly kind: 'details'; readonly batch: Batch | null; readonly transactions: readonly Details[] }
  | { readonly kind: 'transaction'; readonly transaction: Details };

/** A transaction before its entry is known: the amount has a sign of its own only where the bank gives one. */
interface Details {
  readonly amounts: readonly Money[];
  readonly side: Side | null;
  readonly charges: Money | null;
  /** The counterparty is the debtor of what came and the creditor of what went. */
  readonly debtor: Counterparty;
  readonly creditor: Counterparty;
  readonly rest: Omit<BankTransaction, 'amount' | 'counterparty'>;
}

/** Versions 01 (camt.052 only) to 08; they differ in where some things stand, and every place is looked at. */
export function foldStatement(node: XmlNode<Folded>): Folded | null {
  if (node.name === 'TxDtls') return { kind: 'transaction', transaction: detailsOf(node) };
  if (node.name === 'NtryDtls') return { kind: 'details', batch: batchOf(node), transactions: transactionsIn(node) };
  if (node.name === 'Ntry') return { kind: 'entry', entry: entryOf(node) };
  return null;
}

/** One statement, at its end. */
export function statementOf(
  node: XmlNode<Folded>,
  message: { readonly kind: StatementKind; readonly version: string; readonly messageId: string },
): BankStatement {
  const entries = node.folded.flatMap((folded) => (folded.kind === 'entry' ? folded.entry : []));
  const balances = all(node, 'Bal');
  const opening = balanceOf(balances, ['OPBD', 'PRCD']);
  return {
    ...message,
    statementId: needed(node, 'Id'),
    sequence: text(node, 'ElctrncSeqNb', 'LglSeqNb'),
    account: needed(node, 'Acct/Id/IBAN', 'Acct/Id/Othr/Id', 'Acct/Id/BBAN', 'Acct/Id/PrtryAcct/Id').replaceAll(
      ' ',
      '',
    ),
    currency: text(node, 'Acct/Ccy') ?? opening?.amount.currency ?? entries[0]?.amount.currency ?? null,
    from: day(node, 'FrToDt/FrDtTm', 'FrToDt/FrDt'),
    to: day(node, 'FrToDt/ToDtTm', 'FrToDt/ToDt'),
    isCopy: ['DUPL', 'CODU'].includes(text(node, 'CpyDplctInd') ?? ''),
    opening,
    closing: balanceOf(balances, ['CLBD']),
    entries,
  };
}

/** Of the first kind that is there. */
function balanceOf(balances: readonly Element[], kinds: readonly string[]): Balance | null {
  for (const kind of kinds) {
    const found = balances.find((balance) => text(balance, 'Tp/CdOrPrtry/Cd', 'Tp/Cd', 'Tp') === kind);
    if (found !== undefined) {
      const on = neededDay(found, 'Dt/Dt', 'Dt/DtTm', 'Dt');
      return { amount: signed(neededAmount(found, 'Amt'), neededSide(found)), on };
    }
  }
  return null;
}

function entryOf(node: XmlNode<Folded>): BankEntry {
  const entrySide = neededSide(node);
  const total = signed(neededAmount(node, 'Amt'), entrySide);
  const parts = node.folded.flatMap((folded) => (folded.kind === 'details' ? folded : []));
  // Version 01 has details and batch within the entry itself.
  const details = [...transactionsIn(node), ...parts.flatMap(({ transactions }) => transactions)];
  const batch = oneBatch([batchOf(node), ...parts.map((part) => part.batch)].filter((each) => each !== null));
  return {
    entryRef: reference(node, 'NtryRef'),
    bankRef: reference(node, 'AcctSvcrRef'),
    amount: total,
    isReversal: text(node, 'RvslInd') === 'true' || text(node, 'RvslInd') === '1',
    status: statusOf(node),
    bookedOn: day(node, 'BookgDt/Dt', 'BookgDt/DtTm'),
    valueOn: day(node, 'ValDt/Dt', 'ValDt/DtTm'),
    code: codeOf(node),
    text: text(node, 'AddtlNtryInf') ?? '',
    batch,
    charges:
      chargesOf(node, total.currency) ??
      sumOf(
        details.flatMap(({ charges }) => charges ?? []),
        total.currency,
      ),
    transactions: details.map((each) =>
      transactionOf(each, { total, entrySide, isAlone: details.length === 1 && (batch?.count ?? 1) === 1 }),
    ),
  };
}

function statusOf(node: Element): EntryStatus {
  const said = needed(node, 'Sts/Cd', 'Sts/Prtry', 'Sts');
  if (said === 'BOOK') return 'booked';
  if (said === 'PDNG' || said === 'FUTR') return 'pending';
  if (said === 'INFO') return 'information';
  throw new Refused('content', `has an entry of status ${said.slice(0, 10)}: it must be BOOK, PDNG, FUTR or INFO.`);
}

function codeOf(node: Element): string | null {
  const domain = ['BkTxCd/Domn/Cd', 'BkTxCd/Domn/Fmly/Cd', 'BkTxCd/Domn/Fmly/SubFmlyCd'].flatMap(
    (path) => text(node, path) ?? [],
  );
  return domain.length > 0 ? domain.join('-') : text(node, 'BkTxCd/Prtry/Cd');
}

function transactionsIn(node: XmlNode<Folded>): readonly Details[] {
  return node.folded.flatMap((folded) => (folded.kind === 'transaction' ? folded.transaction : []));
}

function batchOf(node: Element): Batch | null {
  const batch = find(node, 'Btch');
  if (batch === null) return null;
  return {
    messageId: reference(batch, 'MsgId'),
    paymentInformationId: reference(batch, 'PmtInfId'),
    count: wholeNumber(batch, 'NbOfTxs'),
  };
}

/** Several batches in one entry: their counts add up, and no single order is theirs. */
function oneBatch(batches: readonly Batch[]): Batch | null {
  const [first] = batches;
  if (first === undefined || batches.length === 1) return first ?? null;
  const counts = batches.map(({ count }) => count);
  return {
    messageId: null,
    paymentInformationId: null,
    count: counts.includes(null) ? null : counts.reduce<number>((sum, each) => sum + (each ?? 0), 0),
  };
}

function detailsOf(node: XmlNode<Folded>): Details {
  return {
    // In the order of how surely they are in the currency of the account.
    amounts: ['Amt', 'AmtDtls/TxAmt/Amt', 'AmtDtls/CntrValAmt/Amt', 'AmtDtls/InstdAmt/Amt'].flatMap(
      (path) => amount(node, path) ?? [],
    ),
    side: side(node),
    charges: chargesOf(node, null),
    debtor: partyOf(node, 'Dbtr'),
    creditor: partyOf(node, 'Cdtr'),
    rest: {
      references: {
        messageId: reference(node, 'Refs/MsgId'),
        paymentInformationId: reference(node, 'Refs/PmtInfId'),
        instructionId: reference(node, 'Refs/InstrId'),
        endToEndId: reference(node, 'Refs/EndToEndId'),
        mandateId: reference(node, 'Refs/MndtId'),
        uetr: reference(node, 'Refs/UETR'),
        bankRef: reference(node, 'Refs/AcctSvcrRef'),
      },
      remittance: remittanceOf(node),
      returnReason: text(node, 'RtrInf/Rsn/Cd', 'RtrInf/Rsn/Prtry', 'RtrInf/RtrRsn/Cd', 'RtrInf/RtrRsn/Prtry'),
    },
  };
}

interface Within {
  readonly total: Money;
  readonly entrySide: Side;
  readonly isAlone: boolean;
}

/** The amount is that of the account's currency; the only payment of an entry that gives none is the whole entry. */
function transactionOf(details: Details, { total, entrySide, isAlone }: Within): BankTransaction {
  const inCurrency = details.amounts.find(({ currency }) => currency === total.currency) ?? details.amounts[0];
  const own = inCurrency === undefined ? null : signed(inCurrency, details.side ?? entrySide);
  const value = own ?? (isAlone ? total : null);
  const { debtor, creditor, rest } = details;
  // The parties of a return are those of what comes back.
  const isOurDebt = (value ?? total).amountMinor < 0n !== (rest.returnReason !== null);
  return { ...rest, amount: value, counterparty: isOurDebt ? creditor : debtor };
}

function partyOf(node: Element, role: 'Dbtr' | 'Cdtr'): Counterparty {
  return {
    name: text(node, `RltdPties/${role}/Pty/Nm`, `RltdPties/${role}/Nm`),
    iban: text(node, `RltdPties/${role}Acct/Id/IBAN`)?.replaceAll(' ', '') ?? null,
  };
}

function remittanceOf(node: Element): string {
  const information = find(node, 'RmtInf');
  const free = information === null ? [] : all(information, 'Ustrd').map(words);
  const structured = (information === null ? [] : all(information, 'Strd')).flatMap((part) => [
    text(part, 'CdtrRefInf/Ref', 'CdtrRefInf/CdtrRef') ?? [],
    all(part, 'AddtlRmtInf').map(words),
  ]);
  const said = [...free, ...structured.flat()].join(' ').slice(0, REMITTANCE_MAX);
  return said === '' ? (text(node, 'AddtlTxInf') ?? '') : said;
}

/** SEPA carries 140; other schemes more. */
const REMITTANCE_MAX = 1000;

/** Fees as the bank took them from the amount: below zero. Those in another currency are not of this account. */
function chargesOf(node: Element, currency: string | null): Money | null {
  const records = all(node, 'Chrgs').flatMap((charges) => {
    const inner = all(charges, 'Rcrd');
    return inner.length > 0 ? inner : [charges];
  });
  const amounts = records.flatMap((record) => {
    const value = amount(record, 'Amt');
    return value === null ? [] : signed(value, side(record) ?? 'DBIT');
  });
  return sumOf(amounts, currency ?? amounts[0]?.currency ?? '');
}

function sumOf(amounts: readonly Money[], currency: string): Money | null {
  const own = amounts.filter((each) => each.currency === currency);
  if (own.length === 0) return null;
  return money(
    own.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    currency,
  );
}
