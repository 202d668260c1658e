/** What the reader makes of single elements, which published files show too rarely. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BankEntry } from '../../src/core/fact/bank.ts';
import { readBankFile } from '../../src/world/bank/read-bank-file.ts';
import { bytesOf, camt, type MadeEntry } from './camt.ts';

async function entryOf(made: MadeEntry, change: (text: string) => string = (text) => text): Promise<BankEntry> {
  const read = await readBankFile(bytesOf(change(camt({ entries: [made] }))));
  assert.ok(read.ok && read.value.kind === 'statements', read.ok ? 'no statement' : read.error.message);
  const entry = read.value.statements[0]?.entries[0];
  assert.ok(entry);
  return entry;
}

test('one payment without amount is the whole entry, unless the entry is a batch of more', async () => {
  const made = { amount: '5.00', side: 'DBIT', details: [{ endToEndId: 'a' }] } as const;
  assert.equal((await entryOf(made)).transactions[0]?.amount?.amountMinor, -500n);
  assert.equal((await entryOf({ ...made, batchCount: 20 })).transactions[0]?.amount, null);
});

test('the counterparty is who sent what came and got what went; of a return it is who sent it back', async () => {
  const parties = '<RltdPties><Dbtr><Nm>Debtor</Nm></Dbtr><Cdtr><Nm>Creditor</Nm></Cdtr></RltdPties>';
  const named = (text: string) => text.replace('</Refs>', `</Refs>${parties}`);
  const rows = [
    ['CRDT', {}, 'Debtor'],
    ['DBIT', {}, 'Creditor'],
    ['CRDT', { reason: 'AC04' }, 'Creditor'],
    ['DBIT', { reason: 'MD06' }, 'Debtor'],
  ] as const;
  for (const [side, detail, name] of rows) {
    const entry = await entryOf({ amount: '5.00', side, details: [detail] }, named);
    assert.equal(entry.transactions[0]?.counterparty.name, name);
  }
});

test('what banks write for nothing is nothing', async () => {
  const details = [{ endToEndId: 'NOTPROVIDED' }];
  const entry = await entryOf({ amount: '5.00', side: 'DBIT', bankRef: 'NONREF', details });
  assert.equal(entry.bankRef, null);
  assert.equal(entry.transactions[0]?.references.endToEndId, null);
});

test('a status report says of each payment what became of it, and the narrower word is there beside the wider', async () => {
  const payment = (id: string, status: string, reason: string) =>
    `<TxInfAndSts><OrgnlEndToEndId>${id}</OrgnlEndToEndId><TxSts>${status}</TxSts>${reason}</TxInfAndSts>`;
  const reason = '<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf>';
  const read = await readBankFile(
    bytesOf(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-26T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId>${payment('rfd-1', 'ACSC', '')}${payment('rfd-2', 'RJCT', reason)}
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`),
  );
  assert.ok(read.ok && read.value.kind === 'status');
  assert.deepEqual(
    read.value.report.statuses.map((line) => [
      line.scope,
      line.paymentInformationId,
      line.endToEndId,
      line.status,
      line.reason,
    ]),
    [
      ['message', null, null, 'pending', null],
      ['payment', 'P1', 'rfd-1', 'accepted', null],
      ['payment', 'P1', 'rfd-2', 'rejected', 'AC04'],
    ],
  );
});

test('a status that nobody knows is refused', async () => {
  const text = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>S1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>x</OrgnlMsgNmId>
<GrpSts>FINE</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>`;
  const read = await readBankFile(bytesOf(text));
  assert.equal(read.ok ? 'read' : read.error.kind, 'content');
});
