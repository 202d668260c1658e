import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBounce } from './bounce.ts';

/** As Postfix writes it, with the whole letter behind. */
const POSTFIX = `Return-Path: <>
Date: Thu, 20 Nov 2014 10:12:01 +0100 (CET)
From: MAILER-DAEMON@mx.pendolo.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: letters@pendolo.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9A1C.1416474721/mx.pendolo.example"
Message-Id: <20141120091201.9A1C@mx.pendolo.example>

This is a MIME-encapsulated message.

--9A1C.1416474721/mx.pendolo.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9A1C.1416474721/mx.pendolo.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.pendolo.example
X-Postfix-Queue-ID: 9A1C
Arrival-Date: Thu, 20 Nov 2014 10:12:00 +0100 (CET)

Final-Recipient: rfc822; giulia@posta.example
Original-Recipient: rfc822;giulia@posta.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.posta.example
Diagnostic-Code: smtp; 550 5.1.1 <giulia@posta.example>: Recipient address
    rejected: User unknown

--9A1C.1416474721/mx.pendolo.example
Content-Description: Undelivered Message
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

From: Pendolo <letters@pendolo.example>
To: Giulia Ferrari <giulia@posta.example>
Subject: Doppio addebito
Message-ID: <ltr_0193@pendolo.example>

Message-ID: <planted@evil.example>
--9A1C.1416474721/mx.pendolo.example--
`;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text.replaceAll('\n', '\r\n'));

test('a letter that came back is known by its own Message-ID, not by that of the report', async () => {
  assert.deepEqual(await readBounce(bytes(POSTFIX)), {
    messageId: '<ltr_0193@pendolo.example>',
    recipient: 'giulia@posta.example',
    status: '5.1.1',
    permanence: 'permanent',
    words: 'smtp; 550 5.1.1 <giulia@posta.example>: Recipient address rejected: User unknown',
  });
});

test('headers alone are enough, as Exchange sends them', async () => {
  const headersOnly = POSTFIX.replace('Content-Type: message/rfc822', 'Content-Type: text/rfc822-headers');
  assert.equal((await readBounce(bytes(headersOnly)))?.messageId, '<ltr_0193@pendolo.example>');
});

const VERDICTS: readonly (readonly [string, string, string, 'permanent' | 'temporary' | null])[] = [
  ['a full mailbox that was given up', 'failed', '4.2.2', 'temporary'],
  ['a letter that is late', 'delayed', '4.4.1', 'temporary'],
  ['a server that says delayed and still tries', 'delayed', '5.0.0', 'temporary'],
  ['a letter that arrived', 'delivered', '2.0.0', null],
  ['a letter that was passed on', 'relayed', '2.0.0', null],
];

for (const [what, action, status, permanence] of VERDICTS) {
  test(`${what} is ${permanence ?? 'no trouble'}`, async () => {
    const report = POSTFIX.replace('Action: failed', `Action: ${action}`).replace('Status: 5.1.1', `Status: ${status}`);
    assert.equal((await readBounce(bytes(report)))?.permanence ?? null, permanence);
  });
}

test('answers of people, broken reports and noise are none, and nothing throws', async () => {
  const holiday = 'From: a@b.example\nSubject: I am away\nContent-Type: text/plain\n\nStatus: 5.1.1\nAction: failed\n';
  const broken = POSTFIX.slice(0, POSTFIX.indexOf('Final-Recipient'));
  const noStatus = POSTFIX.replace('Status: 5.1.1', 'Status: soon');
  for (const text of [holiday, broken, noStatus, '', '\0\0\0']) assert.equal(await readBounce(bytes(text)), null);
  assert.equal(await readBounce(bytes(POSTFIX + 'x'.repeat(1_000_000))), null);
});

test('a report without the letter says whom it concerns, and names no letter', async () => {
  const cut = `${POSTFIX.slice(0, POSTFIX.indexOf('--9A1C.1416474721/mx.pendolo.example\nContent-Description: Undelivered'))}--9A1C.1416474721/mx.pendolo.example--\n`;
  const bounce = await readBounce(bytes(cut));
  assert.equal(bounce?.messageId, null);
  assert.equal(bounce?.recipient, 'giulia@posta.example');
});
