/** Bank files made up for tests: as little as the schema demands, and what a test is about. */

export interface MadeEntry {
  readonly amount: string;
  readonly currency?: string;
  readonly side: 'CRDT' | 'DBIT';
  readonly bankRef?: string;
  readonly status?: string;
  readonly on?: string;
  readonly text?: string;
  readonly batchCount?: number;
  readonly details?: readonly MadeDetail[];
}

export interface MadeDetail {
  readonly amount?: string;
  readonly endToEndId?: string;
  readonly remittance?: string;
  readonly reason?: string;
}

export interface MadeStatement {
  readonly kind?: '052' | '053' | '054';
  readonly version?: '02' | '04' | '08';
  readonly id?: string;
  readonly sequence?: string;
  readonly account?: string;
  readonly on?: string;
  readonly to?: string;
  readonly opening?: string;
  readonly closing?: string;
  readonly entries: readonly MadeEntry[];
}

const BODIES = {
  '052': ['BkToCstmrAcctRpt', 'Rpt'],
  '053': ['BkToCstmrStmt', 'Stmt'],
  '054': ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'],
} as const;

export function camt(made: MadeStatement): string {
  const { kind = '053', version = '04', id = 'S1', on = '2026-11-10', account = 'DE89370400440532013000' } = made;
  const [message, statement] = BODIES[kind];
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.${kind}.001.${version}"><${message}>
<GrpHdr><MsgId>M-${id}</MsgId><CreDtTm>${on}T20:00:00</CreDtTm></GrpHdr>
<${statement}><Id>${id}</Id>${tag('ElctrncSeqNb', made.sequence)}<CreDtTm>${on}T20:00:00</CreDtTm>
<FrToDt><FrDtTm>${on}T00:00:00</FrDtTm><ToDtTm>${made.to ?? on}T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>${account}</IBAN></Id></Acct>
${balance('OPBD', made.opening, on)}${balance('CLBD', made.closing, on)}
${made.entries.map((entry) => entryXml(entry, { version, on })).join('\n')}
</${statement}></${message}></Document>`;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function tag(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function balance(code: string, amount: string | undefined, on: string): string {
  if (amount === undefined) return '';
  const side = amount.startsWith('-') ? 'DBIT' : 'CRDT';
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount.replace('-', '')}</Amt><CdtDbtInd>${side}</CdtDbtInd><Dt><Dt>${on}</Dt></Dt></Bal>`;
}

function entryXml(entry: MadeEntry, within: { readonly version: string; readonly on: string }): string {
  const { currency = 'EUR', status = 'BOOK', on = within.on, details, batchCount } = entry;
  const said = within.version === '08' ? tag('Cd', status) : status;
  const batch = batchCount === undefined ? '' : `<Btch><NbOfTxs>${batchCount}</NbOfTxs></Btch>`;
  const inner = (details ?? []).map((detail) => detailXml(detail, entry, within.version)).join('');
  const parts = details === undefined && batch === '' ? '' : `<NtryDtls>${batch}${inner}</NtryDtls>`;
  return `<Ntry><Amt Ccy="${currency}">${entry.amount}</Amt><CdtDbtInd>${entry.side}</CdtDbtInd><Sts>${said}</Sts><BookgDt><Dt>${on}</Dt></BookgDt><ValDt><Dt>${on}</Dt></ValDt>${tag('AcctSvcrRef', entry.bankRef)}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>${parts}${tag('AddtlNtryInf', entry.text)}</Ntry>`;
}

function detailXml(detail: MadeDetail, { currency = 'EUR', side }: MadeEntry, version: string): string {
  const { amount, endToEndId, remittance, reason } = detail;
  const money = amount === undefined ? '' : `<Amt Ccy="${currency}">${amount}</Amt>`;
  const inDetails = version === '02' && amount !== undefined ? `<AmtDtls><TxAmt>${money}</TxAmt></AmtDtls>` : '';
  const direct = version === '02' || amount === undefined ? '' : `${money}<CdtDbtInd>${side}</CdtDbtInd>`;
  return `<TxDtls><Refs>${tag('EndToEndId', endToEndId)}</Refs>${direct}${inDetails}${remittance === undefined ? '' : `<RmtInf>${tag('Ustrd', remittance)}</RmtInf>`}${reason === undefined ? '' : `<RtrInf><Rsn><Cd>${reason}</Cd></Rsn></RtrInf>`}</TxDtls>`;
}
