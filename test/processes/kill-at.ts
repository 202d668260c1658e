/**
 * Loaded before the program (`node --import`): counts the boundaries between effects, and at the one of KILL_AT the
 * process gets KILL_SIGNAL from itself. An effect is a write to a connection that the process has opened, to the
 * database or to the provider; before it, after it, and when an answer has come but nobody has read it lie boundaries.
 * KILL_AT=0 only counts. All boundaries are written to KILL_TRACE at the end, the fatal one alone before it is.
 */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';

const at = Number(process.env.KILL_AT);
const signal = process.env.KILL_SIGNAL as NodeJS.Signals;
const trace = process.env.KILL_TRACE ?? '';
const providerPort = Number(new URL(process.env.STORNO_STRIPE_URL ?? '').port);

const opened = new WeakSet<Socket>();
const passed: string[] = [];

function pass(socket: Socket, when: 'before' | 'after' | 'answered', bytes: Uint8Array | string): void {
  const whom = socket.remotePort === providerPort ? 'provider' : 'database';
  const text = Buffer.from(bytes as Uint8Array).toString('latin1');
  passed.push(`${whom} ${when} ${text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, LABEL_LENGTH)}`);
  if (passed.length !== at) return;
  writeFileSync(trace, JSON.stringify({ fatal: { at, label: passed.at(-1) } }));
  process.kill(process.pid, signal);
}

const LABEL_LENGTH = 60;

const { connect, push, _write: write, _writev: writev } = Socket.prototype;

Socket.prototype.connect = function (this: Socket, ...words: unknown[]) {
  opened.add(this);
  return Reflect.apply(connect, this, words);
} as typeof connect;

Socket.prototype.push = function (chunk: unknown, encoding?: BufferEncoding) {
  if (opened.has(this) && chunk !== null) pass(this, 'answered', chunk as Uint8Array);
  return push.call(this, chunk, encoding);
};

Socket.prototype._write = function (chunk, encoding, done) {
  if (!opened.has(this)) return write.call(this, chunk, encoding, done);
  pass(this, 'before', chunk);
  write.call(this, chunk, encoding, (error) => {
    if (!error) pass(this, 'after', chunk);
    done(error);
  });
};

Socket.prototype._writev = function (chunks, done) {
  if (!opened.has(this)) return writev?.call(this, chunks, done);
  const bytes = Buffer.concat(chunks.map(({ chunk, encoding }) => Buffer.from(chunk, encoding)));
  pass(this, 'before', bytes);
  writev?.call(this, chunks, (error) => {
    if (!error) pass(this, 'after', bytes);
    done(error);
  });
};

process.on('exit', () => {
  const boundaries = passed.map((label, index) => ({ at: index + 1, label }));
  writeFileSync(trace, JSON.stringify({ boundaries }));
});
