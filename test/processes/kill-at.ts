/**
 * Loaded before the program (`node --import`): counts the boundaries between effects, and at the one that is asked for
 * the process sends itself KILL_SIGNAL. An effect is a write to a connection that the process has opened, to the
 * database or to the provider; before it, after it, and when its answer has come but nobody has read it lie boundaries.
 * KILL_AT is a number: of all boundaries, or of those that KILL_ON names; 0 only counts. All boundaries are written to
 * KILL_TRACE at the end, the fatal one alone before it is.
 */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';

const at = Number(process.env.KILL_AT);
const on = process.env.KILL_ON ?? '';
const signal = process.env.KILL_SIGNAL as NodeJS.Signals;
const trace = process.env.KILL_TRACE ?? '';
const providerPort = Number(new URL(process.env.STORNO_STRIPE_URL ?? '').port);

/** What was written last to each connection that this process has opened. */
const opened = new WeakMap<Socket, string>();
const passed: string[] = [];
let matching = 0;

function pass(socket: Socket, when: 'before' | 'after' | 'answered'): void {
  const label = `${when} ${opened.get(socket)}`;
  passed.push(label);
  if (on === '' || on === label) matching += 1;
  else return;
  if (matching !== at) return;
  writeFileSync(trace, JSON.stringify({ fatal: { at: passed.length, label } }));
  process.kill(process.pid, signal);
}

function nameOf(socket: Socket, bytes: Buffer): string {
  const text = bytes.toString('latin1');
  if (socket.remotePort !== providerPort) return `database ${statementOf(text)}`;
  const [method, target = ''] = text.split(' ', 2);
  // Without what was asked in particular: ids and times.
  return `provider ${method} ${target.replace(/\?.*/, '').replace(/(pi|ch|re|dp)_\w+/, 'ID')}`;
}

/** The statement's name, or how it begins (PostgreSQL manual, "Message Formats": kind, length, text with zeros). */
function statementOf(text: string): string {
  const [first = '', second = ''] = text.slice(MESSAGE_HEAD).split('\0', 2);
  switch (text[0]) {
    case 'P':
      return first || beginningOf(second);
    case 'B':
      return second;
    case 'Q':
      return beginningOf(first);
    case 'p':
      return 'login';
    case 'X':
      return 'leave';
    default:
      return 'connect';
  }
}

const MESSAGE_HEAD = 5;

function beginningOf(statement: string): string {
  return statement.trim().split(/\s+/).slice(0, WORDS).join(' ');
}

const WORDS = 3;

const { connect, push, _write: write, _writev: writev } = Socket.prototype;

Socket.prototype.connect = function (this: Socket, ...words: unknown[]) {
  opened.set(this, 'nothing');
  return Reflect.apply(connect, this, words);
} as typeof connect;

Socket.prototype.push = function (chunk: unknown, encoding?: BufferEncoding) {
  if (opened.has(this) && chunk !== null) pass(this, 'answered');
  return push.call(this, chunk, encoding);
};

Socket.prototype._write = function (chunk, encoding, done) {
  if (!opened.has(this)) return write.call(this, chunk, encoding, done);
  opened.set(this, nameOf(this, Buffer.from(chunk, encoding)));
  pass(this, 'before');
  write.call(this, chunk, encoding, (error) => {
    if (!error) pass(this, 'after');
    done(error);
  });
};

Socket.prototype._writev = function (chunks, done) {
  if (!opened.has(this)) return writev?.call(this, chunks, done);
  opened.set(this, nameOf(this, Buffer.concat(chunks.map(({ chunk, encoding }) => Buffer.from(chunk, encoding)))));
  pass(this, 'before');
  writev?.call(this, chunks, (error) => {
    if (!error) pass(this, 'after');
    done(error);
  });
};

process.on('exit', () => {
  writeFileSync(trace, JSON.stringify({ boundaries: passed.map((label, index) => ({ at: index + 1, label })) }));
});
