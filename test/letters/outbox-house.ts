import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { Pool } from 'pg';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { openLetterWorld } from '../../src/bin/cli/letter-world.ts';
import type { LetterBox } from '../../src/flow/ports/letters.ts';
import type { Log } from '../../src/flow/ports/world.ts';
import * as sendLetters from '../../src/flow/remedy/send-letters.ts';
import * as writeLetters from '../../src/flow/remedy/write-letters.ts';
import { ianaCalendar } from '../../src/world/calendar.ts';
import { systemEntropy } from '../../src/world/entropy.ts';
import { openRefunds } from '../../src/world/postgres/campaign.ts';
import { openLetterBox } from '../../src/world/postgres/letters.ts';
import { seedCampaign, seedPlan, type WantedPlan, type WantedRefund } from '../campaign/plan.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { OPERATOR } from './facts.ts';

/** Letters over PostgreSQL and a mail server, with a clock that is moved by hand. */
export interface OutboxHouse {
  readonly database: TestDatabase;
  readonly admin: Pool;
  readonly box: LetterBox;
  readonly mail: MailServer;
  readonly clock: { at: number };
  readonly said: string[];
  /** A plan with its campaign, its refunds as rows that are due, and an address for every account. */
  plan(planId: string, refunds: readonly WantedRefund[], more?: Partial<WantedPlan>): Promise<void>;
  /** Moves the refunds of an account along; without `liabilityId` all of them. */
  move(accountId: string, steps: readonly Step[], liabilityId?: string): Promise<void>;
  write(limit?: number): Promise<number>;
  /** One round: what was claimed. */
  send(leaseMs?: number): Promise<number>;
  letters(): Promise<readonly LetterRow[]>;
}

/** `fail` after `accept` is a refund that came back late. */
export type Step = 'begin' | 'accept' | 'succeed' | 'fail';

export interface LetterRow {
  readonly account_id: string;
  readonly letter_id: string;
  readonly kind: string;
  readonly occurrence: number;
  readonly state: string;
  readonly tries: number;
  readonly run_at: Date | null;
  readonly message_id: string | null;
  readonly content_digest: string | null;
  readonly note: string;
  readonly facts: { readonly failed?: { readonly amount: { readonly amount: number } } };
}

const LEASE_MS = 60_000;
const LIMIT = 1000;
export const SENDER = { name: 'Pendolo', address: 'letters@pendolo.example', replyTo: null };
export const START = Date.parse('2026-02-02T10:00:00Z');

export async function openOutboxHouse(t: TestContext): Promise<OutboxHouse> {
  const database = await freshDatabase();
  t.after(() => database.close());
  const { admin } = database;
  const mail = await serveMail(t);
  const pool = database.pool('storno_worker');
  const [box, refunds] = [openLetterBox(pool), openRefunds(pool)];
  const clock = { at: START };
  const said: string[] = [];
  const log: Log = { info: () => {}, warn: () => {}, error: (message) => void said.push(message) };
  const around = {
    letters: box,
    clock: { now: () => clock.at, monotonicMs: () => clock.at, sleep: async () => {} },
    calendar: ianaCalendar,
    entropy: systemEntropy,
    log,
  };
  const world = openLetterWorld(around, { smtpUrl: mail.url, sender: SENDER, operator: OPERATOR });
  return {
    database,
    admin,
    box,
    mail,
    clock,
    said,
    async plan(planId, wanted, more) {
      await seedPlan(admin, { planId, merchantAccount: 'acct', refunds: wanted, ...more });
      await seedCampaign(admin, { planId, perTenSeconds: 100 });
      await refunds.fillCampaign(planId, wanted.length, clock.at);
      await admin.query(
        `insert into storno_pii.person select account_id, 'Giulia ' || account_id, account_id || '@posta.example', now()
        from storno.account on conflict do nothing`,
      );
    },
    async move(accountId, steps, liabilityId) {
      await moveRefunds(admin, { accountId, steps, liabilityId: liabilityId ?? null, at: clock.at });
    },
    write: (limit = LIMIT) => writeLetters.runOnce(world, { limit }),
    send: (leaseMs = LEASE_MS) => sendLetters.runOnce(world, { limit: LIMIT, leaseMs }),
    letters: async () =>
      (await admin.query<LetterRow>('select * from storno.letter order by account_id, kind, occurrence')).rows,
  };
}

/** As provider and worker would, in the rows. */
export async function moveRefunds(
  admin: Pool,
  move: {
    readonly accountId: string;
    readonly steps: readonly Step[];
    readonly liabilityId: string | null;
    readonly at: number;
  },
): Promise<void> {
  const values = [move.accountId, move.liabilityId, new Date(move.at)];
  for (const text of move.steps.flatMap((step) => STEPS[step])) {
    await admin.query(text, text.includes('$3') ? values : values.slice(0, 2));
  }
}

const MINE = 'account_id = $1 and ($2::text is null or liability_id = $2)';
const TO = (state: string, more = '') => `update storno.refund set state = '${state}', version = version + 1${more}
  where ${MINE}`;

const STEPS: Readonly<Record<Step, readonly string[]>> = {
  begin: [
    `insert into storno.refund_attempt
    select account_id, plan_id, liability_id, 1, 'key ' || liability_id, repeat('a', 64), 'sent', $3::timestamptz,
      $3::timestamptz + interval '1 hour', null, null
    from storno.refund where ${MINE} and state = 'due'`,
    `${TO('in_flight')} and state = 'due'`,
  ],
  accept: [TO('pending', ', accepted_at = $3')],
  succeed: [TO('succeeded', ', succeeded_at = $3')],
  fail: [
    `update storno.refund_attempt set state = 'failed_final', failure_code = 'expired_or_canceled_card' where ${MINE}`,
    `insert into storno.refund_evidence
    select account_id, plan_id, liability_id, version + 1, 1, 'poll', 'failed_final', null, 'expired_or_canceled_card',
      'it came back', $3 from storno.refund where ${MINE}`,
    TO('failed'),
  ],
};

let rentals = 0;

/** Charged twice for one rental: what a letter about it needs to know. */
export function chargedTwice(accountId: string, amountMinor: number): WantedRefund {
  rentals += 1;
  const [kept, wrong] = [`ch_kept_${rentals}`, `ch_wrong_${rentals}`];
  const amount = (amountMinor / 100).toFixed(2);
  const charge = (paymentId: string, day: string) => ({
    payment_id: `stripe:acct:${paymentId}`,
    kind: 'charge',
    parent_payment_id: null,
    status: 'succeeded',
    amount,
    currency: 'EUR',
    created_at: `${day}T17:00:00Z`,
    purpose: 'rental',
  });
  const evidence = {
    rental: {
      rental_id: `rnt_${rentals}`,
      vehicle_id: 'EX 417 KB',
      market: 'milano',
      started_at: '2026-01-12T17:02:00Z',
      ended_at: '2026-01-12T17:52:00Z',
      amount_due: amount,
      currency: 'EUR',
    },
    other_rental: null,
    wrong: charge(wrong, '2026-01-16'),
    kept: charge(kept, '2026-01-12'),
    payments: [],
    layers: { books: 1, provider: 2, bank: null },
  };
  return { accountId, paymentId: wrong, keptPaymentId: kept, amountMinor, evidence };
}

export interface MailServer {
  readonly url: string;
  readonly taken: TakenLetter[];
  /** What it does with the letters that come next. */
  behaves: 'takes' | 'refuses' | 'says_later' | 'cuts_before' | 'cuts_after' | 'waits';
}

export interface TakenLetter {
  readonly to: string;
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

async function serveMail(t: TestContext): Promise<MailServer> {
  const taken: TakenLetter[] = [];
  const mail: MailServer & { url: string } = { url: '', taken, behaves: 'takes' };
  const cut = (session: SMTPServerSession) => {
    for (const one of server.connections as Set<{ id: string; _socket: { destroy(): void } }>) {
      if (one.id === session.id) one._socket.destroy();
    }
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo: (_, session, done) => {
      if (mail.behaves === 'cuts_before') cut(session);
      else if (mail.behaves === 'refuses') done(answer(550, '5.1.1 User unknown'));
      else if (mail.behaves === 'says_later') done(answer(451, '4.7.1 Greylisted'));
      else done();
    },
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', async () => {
        if (mail.behaves === 'waits') return;
        const read = await PostalMime.parse(Buffer.concat(pieces));
        const to = session.envelope.rcptTo[0]?.address ?? '';
        const { messageId = '', subject = '', text = '', html = '' } = read;
        taken.push({ to, messageId, subject, text, html });
        if (mail.behaves === 'cuts_after') cut(session);
        else done(null, 'queued');
      });
    },
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  mail.url = `smtp://127.0.0.1:${(listening.address() as { port: number }).port}`;
  return mail;
}

function answer(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}
