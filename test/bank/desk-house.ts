import type { TestContext } from 'node:test';
import type { Pool } from 'pg';
import { readTaken } from '../../src/bin/cli/bank-desk.ts';
import { orderWriter } from '../../src/bin/cli/bank-writer.ts';
import { policyFor } from '../../src/bin/cli/policy.ts';
import type { BankAccounts, BankDesk } from '../../src/flow/ports/bank.ts';
import { enterBankAccount } from '../../src/flow/remedy/enter-bank-account.ts';
import { type BankWorld, exportTransfers } from '../../src/flow/remedy/export-transfers.ts';
import { type Imported, importStatements, importStatus } from '../../src/flow/remedy/import-bank.ts';
import { readBankFile } from '../../src/world/bank/read-bank-file.ts';
import { ianaCalendar } from '../../src/world/calendar.ts';
import { sha256 } from '../../src/world/digest.ts';
import { systemEntropy } from '../../src/world/entropy.ts';
import { openBankAccounts, openBankDesk } from '../../src/world/postgres/bank.ts';
import { openRefunds } from '../../src/world/postgres/campaign.ts';
import { openLetterBox } from '../../src/world/postgres/letters.ts';
import { seedCampaign, seedPlan, type WantedRefund } from '../campaign/plan.ts';
import { OPERATOR } from '../letters/facts.ts';
import { moveRefunds } from '../letters/outbox-house.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { bytesOf, camt, type MadeEntry, type MadeStatement } from './camt.ts';

/** The bank desk over PostgreSQL, with a clock that is moved by hand. */
export interface DeskHouse {
  readonly database: TestDatabase;
  readonly admin: Pool;
  readonly clock: { at: number };
  readonly desk: BankDesk;
  readonly accounts: BankAccounts;
  readonly world: BankWorld;
  /** A refund of each account that came back from its card, and an approved plan that transfers the same sum. */
  failed(refunds: readonly WantedRefund[]): Promise<void>;
  /** Card refunds that succeeded, of which the first has come back since. */
  late(refunds: readonly WantedRefund[]): Promise<void>;
  enter(accountId: string, iban?: string): ReturnType<typeof enterBankAccount>;
  export(world?: BankWorld): ReturnType<typeof exportTransfers>;
  take(xml: string, desk?: BankDesk): Promise<Imported>;
  refund(liabilityId: string): Promise<RefundRow>;
  violations(): Promise<readonly unknown[]>;
}

export interface RefundRow {
  readonly state: string;
  readonly reason: string;
  readonly reserved_minor: bigint;
  readonly transferred_minor: bigint;
}

export const OUR_IBAN = 'IT60X0542811101000000123456';
export const IBAN = 'DE89370400440532013000';
/** A Monday; TARGET is open. */
export const START = Date.parse('2026-02-02T10:00:00Z');

export async function openDeskHouse(t: TestContext): Promise<DeskHouse> {
  const database = await freshDatabase();
  t.after(() => database.close());
  const { admin } = database;
  const clock = { at: START };
  const [worker, api] = [database.pool('storno_worker'), database.pool('storno_api')];
  const [desk, refunds, letters] = [openBankDesk(worker), openRefunds(worker), openLetterBox(worker)];
  const accounts = openBankAccounts(api);
  const around = {
    clock: { now: () => clock.at, monotonicMs: () => clock.at, sleep: async () => {} },
    entropy: systemEntropy,
    digest: sha256,
    calendar: ianaCalendar,
  };
  const writer = orderWriter({ name: 'Pendolo', iban: OUR_IBAN, bic: null });
  const world: BankWorld = { ...around, bank: desk, refunds, writer, policy: policyFor({ dunningMs: [] }).refund };
  return {
    database,
    admin,
    clock,
    desk,
    accounts,
    world,
    async failed(wanted) {
      await seedPlan(admin, { planId: 'card', merchantAccount: 'acct', refunds: wanted });
      await seedCampaign(admin, { planId: 'card', perTenSeconds: 100 });
      await refunds.fillCampaign('card', wanted.length, clock.at);
      for (const accountId of new Set(wanted.map((one) => one.accountId))) {
        await moveRefunds(admin, { accountId, steps: ['begin', 'fail'], liabilityId: null, at: clock.at });
      }
      const transfers = wanted.map((one) => ({ ...one, channel: 'credit_transfer', paymentId: `${one.paymentId}_t` }));
      await seedPlan(admin, { planId: 'bank', merchantAccount: 'acct', refunds: transfers });
      await seedCampaign(admin, { planId: 'bank', perTenSeconds: 100 });
      await refunds.fillCampaign('bank', wanted.length, clock.at);
    },
    async late(wanted) {
      await seedPlan(admin, { planId: 'late', merchantAccount: 'acct', refunds: wanted });
      await seedCampaign(admin, { planId: 'late', perTenSeconds: 100 });
      await refunds.fillCampaign('late', wanted.length, clock.at);
      const move = { liabilityId: null, at: clock.at };
      for (const { accountId } of wanted) {
        await moveRefunds(admin, { ...move, accountId, steps: ['begin', 'accept', 'succeed'] });
      }
      await admin.query("update storno.refund_attempt set state = 'succeeded', provider_ref = 're_' || liability_id");
      await moveRefunds(admin, { ...move, accountId: wanted[0]?.accountId ?? '', steps: ['fail'] });
    },
    enter: (accountId, iban = IBAN) =>
      enterBankAccount(
        { ...around, accounts, desk, letters, operator: OPERATOR },
        { accountId, iban, holder: `Giulia ${accountId}`, by: accountId },
      ),
    export: (with_ = world) => exportTransfers(with_, 'carla'),
    async take(xml, bank = desk) {
      const body = bytesOf(xml);
      const read = await readBankFile(body);
      if (!read.ok) throw new Error(read.error.message);
      const file = { body, sha256: sha256(xml), by: 'carla' };
      const importing = { ...around, bank, refunds, readStatements: readTaken };
      return read.value.kind === 'status'
        ? importStatus(importing, file, read.value.report)
        : importStatements(importing, file, read.value.statements);
    },
    async refund(liabilityId) {
      const { rows } = await admin.query<RefundRow>(
        `select r.state, r.reason, l.reserved_minor, l.transferred_minor from storno.refund as r
        join storno.liability as l using (account_id, liability_id) where r.liability_id = $1`,
        [liabilityId],
      );
      return rows[0] as RefundRow;
    },
    async violations() {
      return (await admin.query("select storno.check_invariants($1, '40 days')", [new Date(clock.at)])).rows;
    },
  };
}

let payments = 0;

export function owed(accountId: string, amountMinor: number): WantedRefund {
  payments += 1;
  return { accountId, paymentId: `ch_${payments}`, keptPaymentId: null, amountMinor };
}

export interface FiledPayment {
  readonly endToEndId: string;
  readonly amount: string;
  readonly iban: string;
}

/** What the bank reads in a pain.001. */
export function paymentsIn(body: Uint8Array): readonly FiledPayment[] {
  const text = new TextDecoder().decode(body);
  return [...text.matchAll(/<CdtTrfTxInf>[\s\S]*?<\/CdtTrfTxInf>/g)].map(([one]) => ({
    endToEndId: /<EndToEndId>([^<]+)</.exec(one)?.[1] ?? '',
    amount: /<InstdAmt Ccy="EUR">([^<]+)</.exec(one)?.[1] ?? '',
    iban: /<CdtrAcct>\s*<Id>\s*<IBAN>([^<]+)</.exec(one)?.[1] ?? '',
  }));
}

export function booking(
  { endToEndId, amount }: Pick<FiledPayment, 'endToEndId' | 'amount'>,
  bankRef: string,
): MadeEntry {
  return { amount, side: 'DBIT', bankRef, details: [{ amount, endToEndId }] };
}

export function comeBack({ endToEndId, amount }: FiledPayment, bankRef: string): MadeEntry {
  return { amount, side: 'CRDT', bankRef, details: [{ amount, endToEndId, reason: 'AC04' }] };
}

export function statement(made: Partial<MadeStatement> & Pick<MadeStatement, 'entries'>): string {
  return camt({ on: '2026-02-06', account: OUR_IBAN, ...made });
}

/** pain.002 about one payment, or with `endToEndId` null about the whole message. */
export function statusReport(said: {
  readonly messageId: string;
  readonly endToEndId: string | null;
  readonly status: string;
  readonly reason?: string;
}): string {
  const { messageId, endToEndId, status, reason } = said;
  const why = reason === undefined ? '' : `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf>`;
  const whole = endToEndId === null ? `<GrpSts>${status}</GrpSts>${why}` : '';
  const one =
    endToEndId === null
      ? ''
      : `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${messageId}</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><TxSts>${status}</TxSts>${why}</TxInfAndSts></OrgnlPmtInfAndSts>`;
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>R-${status}-${endToEndId}</MsgId><CreDtTm>2026-02-05T12:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>${messageId}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>${whole}</OrgnlGrpInfAndSts>${one}</CstmrPmtStsRpt></Document>`;
}
