/** Letters over a real SMTP server that takes, refuses and vanishes at every step. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { LetterToPost, PostOutcome } from '../../src/flow/ports/letter.ts';
import { openLetterPost } from '../../src/world/letter/post.ts';

const LETTER: LetterToPost = {
  letterId: 'ltr_7',
  to: { address: 'giulia@posta.example', name: 'Giulia Ferrari' },
  locale: 'it',
  subject: 'Doppio addebito: Le abbiamo rimborsato 14,50 €',
  text: 'Gentile Giulia Ferrari,\n.\n..\nfine\n',
  html: '<p>Gentile Giulia Ferrari</p>',
};
const SENDER = { name: 'Pendolo', address: 'letters@pendolo.example', replyTo: null };
const WAITS = { connectMs: 2000, answerMs: 1000 };
const MESSAGE_ID = '<ltr_7@pendolo.example>';

async function post(url: string, letter: LetterToPost = LETTER): Promise<PostOutcome> {
  return openLetterPost({ smtpUrl: url, sender: SENDER, waits: WAITS }).post(letter);
}

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

async function serve(
  t: TestContext,
  options: SMTPServerOptions,
): Promise<{ readonly url: string; readonly taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(pieces).toString(),
        });
        done(null, 'queued as 9A1C');
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = listening.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `smtp://127.0.0.1:${address.port}`, taken };
}

function answer(code: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode: code });
}

test('a letter that is taken is accepted, once, with the words of the server', async (t) => {
  const { url, taken } = await serve(t, {});
  assert.deepEqual(await post(url), {
    kind: 'accepted',
    code: 250,
    words: '250 queued as 9A1C',
    messageId: MESSAGE_ID,
  });
  assert.equal(taken.length, 1);
  assert.deepEqual([taken[0]?.from, taken[0]?.to], ['letters@pendolo.example', ['giulia@posta.example']]);
  assert.match(taken[0]?.raw ?? '', /^Message-ID: <ltr_7@pendolo\.example>\r$/m);
});

test('the same letter sent again bears the same Message-ID', async (t) => {
  const { url, taken } = await serve(t, {});
  await post(url);
  await post(url);
  const ids = taken.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1]);
  assert.deepEqual(ids, [MESSAGE_ID, MESSAGE_ID]);
});

const REFUSALS: readonly (readonly [string, SMTPServerOptions, PostOutcome['kind'], number])[] = [
  [
    'a mailbox that does not exist',
    { onRcptTo: (_, __, done) => done(answer(550, '5.1.1 User unknown')) },
    'refused_final',
    550,
  ],
  [
    'a mailbox that is greylisted',
    { onRcptTo: (_, __, done) => done(answer(451, '4.7.1 Greylisted')) },
    'refused_for_now',
    451,
  ],
  [
    'a sender that is not welcome, which is about us',
    { onMailFrom: (_, __, done) => done(answer(550, '5.7.1 Sender rejected')) },
    'refused_for_now',
    550,
  ],
  [
    'a letter that is refused once read',
    { onData: afterData(answer(554, '5.7.1 Content rejected')) },
    'refused_final',
    554,
  ],
  [
    'a server that is full once it has read',
    { onData: afterData(answer(452, '4.3.1 Out of storage')) },
    'refused_for_now',
    452,
  ],
  [
    'a server that greets nobody',
    { onConnect: (_, done) => done(answer(554, '5.3.2 Closed for today')) },
    'refused_for_now',
    554,
  ],
];

function afterData(error: Error): NonNullable<SMTPServerOptions['onData']> {
  return (stream, _, done) => {
    stream.resume();
    stream.on('end', () => done(error));
  };
}

for (const [what, options, kind, code] of REFUSALS) {
  test(`${what}: ${kind.replaceAll('_', ' ')}, and the server's words are kept`, async (t) => {
    const { url, taken } = await serve(t, options);
    const outcome = await post(url);
    assert.deepEqual([outcome.kind, outcome.code, outcome.messageId], [kind, code, MESSAGE_ID]);
    assert.match(outcome.words, /^\d{3} \d\.\d\.\d /);
    assert.equal(taken.length, 0);
  });
}

test('a password that is not taken is our own trouble: refused for now', async (t) => {
  const { url } = await serve(t, {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_, __, done) => done(answer(535, '5.7.8 No')),
  });
  const outcome = await post(url.replace('//', '//user:wrong@'));
  assert.deepEqual([outcome.kind, outcome.code], ['refused_for_now', 535]);
  assert.ok(!outcome.words.includes('wrong'));
});

test('user and password of the URL are used', async (t) => {
  const { url, taken } = await serve(t, {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'user' && password === 'p@ss' ? done(null, { user: 'user' }) : done(answer(535, '5.7.8 No')),
  });
  assert.equal((await post(url.replace('//', '//user:p%40ss@'))).kind, 'accepted');
  assert.equal(taken.length, 1);
});

test('nobody at the address: refused for now', async () => {
  const outcome = await post('smtp://127.0.0.1:1');
  assert.deepEqual([outcome.kind, outcome.code], ['refused_for_now', null]);
});

test('an address that is none is refused before anything is opened', async () => {
  const outcome = await post('smtp://127.0.0.1:1', { ...LETTER, to: { address: 'a@b.example\r\nDATA', name: null } });
  assert.deepEqual([outcome.kind, outcome.code], ['refused_final', null]);
});

/** A server that speaks until the letter comes, and then does what it is told with the connection. */
async function serveUntilData(t: TestContext, onLetter: (socket: Socket, sofar: string) => void): Promise<string> {
  const server = createServer((socket) => {
    let sofar: string | null = null;
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.write('220 here\r\n');
    socket.on('data', (text: string) => {
      if (sofar !== null) {
        sofar += text;
        onLetter(socket, sofar);
      } else if (text.startsWith('DATA')) {
        sofar = '';
        socket.write('354 go on\r\n');
      } else socket.write('250 fine\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `smtp://127.0.0.1:${address.port}`;
}

const isWhole = (sofar: string): boolean => sofar.endsWith('\r\n.\r\n');

test('the connection goes after the final dot and before the answer: unknown', async (t) => {
  const url = await serveUntilData(t, (socket, sofar) => {
    if (isWhole(sofar)) socket.destroy();
  });
  const outcome = await post(url);
  assert.deepEqual([outcome.kind, outcome.code, outcome.messageId], ['unknown', null, MESSAGE_ID]);
});

test('the connection goes before the server asked for the letter: it was not taken', async (t) => {
  const sockets = new Set<Socket>();
  const { url } = await serve(t, {
    onRcptTo: () => {
      for (const socket of sockets) socket.destroy();
    },
  });
  const proxy = createServer((socket) => {
    const inner = connect(Number(new URL(url).port), '127.0.0.1');
    sockets.add(socket).add(inner);
    for (const one of [socket, inner]) one.on('error', () => {});
    socket.pipe(inner).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const address = proxy.address();
  assert.ok(typeof address === 'object' && address !== null);
  assert.equal((await post(`smtp://127.0.0.1:${address.port}`)).kind, 'refused_for_now');
});

test('the server never answers after the final dot: unknown when the wait is over', async (t) => {
  const url = await serveUntilData(t, () => {});
  assert.equal((await post(url)).kind, 'unknown');
});

test('the connection goes while most of the letter is still to come: it was not taken', async (t) => {
  const url = await serveUntilData(t, (socket) => socket.resetAndDestroy());
  const long = { ...LETTER, text: 'riga di una lettera lunghissima\n'.repeat(600_000) };
  assert.equal((await post(url, long)).kind, 'refused_for_now');
});

test('lines that are a single dot arrive as they are', async (t) => {
  const { url, taken } = await serve(t, {});
  await post(url);
  assert.match(taken[0]?.raw ?? '', /Ferrari,\r\n\.\r\n\.\.\r\nfine/);
});

test('no option of the URL turns on a pool, which would send again by itself: each letter has its connection', async (t) => {
  let connections = 0;
  const { url } = await serve(t, {
    onConnect: (_, done) => {
      connections += 1;
      done();
    },
  });
  const letters = openLetterPost({ smtpUrl: `${url}/?pool=true`, sender: SENDER, waits: WAITS });
  for (const letter of [LETTER, LETTER]) assert.equal((await letters.post(letter)).kind, 'accepted');
  assert.equal(connections, 2);
});
