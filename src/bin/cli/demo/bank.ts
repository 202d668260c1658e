import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../../core/kernel/assert.ts';
import { utcDayOf } from '../../../core/kernel/day.ts';
import { type Money, money, sayMoney, toMajor } from '../../../core/kernel/money.ts';
import { SECOND_MS } from '../../../core/kernel/time.ts';
import { enterBankAccount, WAITING_MS } from '../../../flow/remedy/enter-bank-account.ts';
import { exportTransfers } from '../../../flow/remedy/export-transfers.ts';
import { importStatements } from '../../../flow/remedy/import-bank.ts';
import { isEven, reconcileIncident } from '../../../flow/remedy/reconcile-incident.ts';
import { readBankFile } from '../../../world/bank/read-bank-file.ts';
import { sha256OfBytes } from '../../../world/digest.ts';
import { readTaken } from '../bank-desk.ts';
import { orderWriter } from '../bank-writer.ts';
import { DUNNING_MS, policyFor } from '../policy.ts';
import type { Cast } from './cast.ts';
import type { House } from './house.ts';
import { OUR_BANK, type People, type RemedyOffice } from './office.ts';

type Tell = (sentence: string) => void;

/** Example accounts, as banks and standards print them. */
const IBANS = [
  'IT60X0542811101000000123456',
  'DE89370400440532013000',
  'ES9121000418450200051332',
  'FR1420041010050500013M02606',
];

/** Whoever's money came back says where else it may go; his old address is told, and three days pass. */
export async function askForAccounts(house: House, office: RemedyOffice, cast: Cast, tell: Tell): Promise<void> {
  let entered = 0;
  for (const [index, { accountId, name }] of cast.customers.entries()) {
    const world = {
      ...office.around,
      accounts: office.bankAccounts,
      desk: office.bank,
      letters: office.letterBox,
      operator: office.operator,
    };
    const iban = IBANS[index % IBANS.length] as string;
    const done = await enterBankAccount(world, { accountId, iban, holder: name, by: accountId });
    if (done.ok) entered += 1;
  }
  tell(
    `${entered} customers whose card was closed say where their money may go. Their old address is told, and nothing is paid for three days.`,
  );
  house.clock.goTo(house.clock.now() + WAITING_MS + SECOND_MS);
}

/** The file for the bank, and what the bank makes of it: a statement of the day on which it was carried out. */
export async function transfer(house: House, office: RemedyOffice, { anna }: People, tell: Tell): Promise<void> {
  const world = {
    ...office.around,
    bank: office.bank,
    refunds: office.campaign.refunds,
    writer: orderWriter(OUR_BANK),
    policy: policyFor({ dunningMs: DUNNING_MS }).refund,
  };
  const exported = await exportTransfers(world, anna.staffId);
  assert(exported.ok, 'transfers are due');
  const { body, executeOn, orders, total } = exported.value;
  const file = join(house.folder, 'bank', 'transfers.pain.001.xml');
  writeFileSync(file, body);
  const again = await exportTransfers(world, anna.staffId);
  assert(!again.ok && again.error.kind === 'nothing_due', 'a transfer is ordered once');
  tell(
    `${orders} transfers, ${sayMoney(money(total.EUR ?? 0n, 'EUR'))}, go to the bank as one pain.001, for ${executeOn}.`,
  );
  while (utcDayOf(house.clock.now()) <= executeOn) house.clock.goTo(house.clock.now() + 3600 * SECOND_MS);
  const statement = bankStatement(new TextDecoder().decode(body), executeOn);
  writeFileSync(join(house.folder, 'bank', `statement-${executeOn}.camt.053.xml`), statement);
  const taken = await takeStatement(office, statement, anna.staffId);
  const twice = await takeStatement(office, statement, anna.staffId);
  assert(taken.heard === orders && twice.movements === 0 && twice.heard === 0, 'a statement counts once');
  tell(`The bank's statement books all ${taken.heard} of them. Taken in a second time it changes nothing.`);
}

async function takeStatement(office: RemedyOffice, xml: string, by: string) {
  const body = new TextEncoder().encode(xml);
  const read = await readBankFile(body);
  assert(read.ok && read.value.kind === 'statements', 'the statement of the demonstration can be read');
  const world = { ...office.around, bank: office.bank, refunds: office.campaign.refunds, readStatements: readTaken };
  const sha256 = Buffer.from(sha256OfBytes(body)).toString('hex');
  return importStatements(world, { body, sha256, by }, read.value.statements);
}

/** Every refund followed to its booking. */
export async function agree(house: House, office: RemedyOffice, incidentId: string, tell: Tell): Promise<void> {
  const asOf = utcDayOf(house.clock.now());
  const found = await reconcileIncident(office.bank, { incidentId, asOf });
  const kept = found.promises.filter(({ standing }) => standing === 'kept').length;
  const returned = found.groups.flatMap((group) => group.returned).length;
  tell(
    `${found.expectations.length} refunds, ${found.groups.length} matched with the provider's ledger or the bank, ${returned} of them came back, ${found.open.length} open. ${kept} transfers arrived by the day that was promised.`,
  );
  assert(isEven(found), 'books, provider and bank agree to the cent');
}

/** camt.053.001.08 as a bank would write it: one entry for each payment of the order. */
function bankStatement(order: string, day: string): string {
  const payments = [...order.matchAll(/<EndToEndId>([^<]+)<\/EndToEndId>[\s\S]*?<InstdAmt Ccy="EUR">([^<]+)</g)].map(
    ([, endToEndId, amount]) => ({ endToEndId, amount: money(BigInt((amount ?? '').replace('.', '')), 'EUR') }),
  );
  const opening = money(1_000_000_00n, 'EUR');
  const spent = payments.reduce((sum, { amount }) => sum + amount.amountMinor, 0n);
  const closing = money(opening.amountMinor - spent, 'EUR');
  const balance = (code: string, amount: Money) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${toMajor(amount)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;
  const entries = payments.map(
    ({ endToEndId, amount }, at) =>
      `<Ntry><NtryRef>${at + 1}</NtryRef><Amt Ccy="EUR">${toMajor(amount)}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt><AcctSvcrRef>DEMO${day.replaceAll('-', '')}${String(at + 1).padStart(5, '0')}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>${endToEndId}</EndToEndId></Refs><Amt Ccy="EUR">${toMajor(amount)}</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls></Ntry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>DEMO-${day}</MsgId><CreDtTm>${day}T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>DEMO-${day}-1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>${day}T20:00:00Z</CreDtTm><FrToDt><FrDtTm>${day}T00:00:00</FrDtTm><ToDtTm>${day}T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>${OUR_BANK.iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>${balance('OPBD', opening)}${balance('CLBD', closing)}${entries.join('')}</Stmt></BkToCstmrStmt></Document>
`;
}
