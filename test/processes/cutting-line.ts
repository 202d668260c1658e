import { connect, createServer, type Socket } from 'node:net';
import type { ClientConfig } from 'pg';

/** Where a commit is cut: before it reaches the server, while it is there, or when only its answer is missing. */
export type Cut = 'before' | 'during' | 'after';
export const CUTS: readonly Cut[] = ['before', 'during', 'after'];

/** A line to PostgreSQL that can be cut inside of a commit. */
export interface CuttingLine {
  readonly port: number;
  /** The next commit of anybody is cut. */
  arm(cut: Cut): void;
  disarm(): void;
  readonly counts: Readonly<Record<Cut, number>>;
  close(): Promise<void>;
}

/** What the client says: a message begins with its kind and its length (PostgreSQL manual, "Message Formats"). */
const PARSE = 'P';
const BIND = 'B';
const QUERY = 'Q';
const SYNC = 'S';
const READY = 'Z';
const IDLE = 'I';
const HEAD_BYTES = 5;

export async function openCuttingLine(server: ClientConfig): Promise<CuttingLine> {
  const counts: Record<Cut, number> = { before: 0, during: 0, after: 0 };
  const sockets = new Set<Socket>();
  let armed: Cut | null = null;
  const take = (): Cut | null => {
    const cut = armed;
    armed = null;
    if (cut !== null) counts[cut] += 1;
    return cut;
  };
  const listener = createServer((client) => {
    const upstream = connect(addressOf(server));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    carry({ client, upstream, take });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    arm: (cut) => {
      armed = cut;
    },
    disarm: () => {
      armed = null;
    },
    counts,
    close: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function carry(line: { readonly client: Socket; readonly upstream: Socket; readonly take: () => Cut | null }): void {
  const { client, upstream, take } = line;
  const sever = () => {
    client.destroy();
    upstream.destroy();
  };
  const commits = openCommitWatch();
  const said = openReader('with a startup message');
  const heard = openReader('with messages only');
  let isSevering = false;
  client.on('data', (bytes) => {
    if (isSevering) return;
    const cut = commits.saw(said(bytes)) ? take() : null;
    if (cut === 'before') return sever();
    // As soon as the kernel has it: the server finds a commit on a connection that is gone.
    if (cut === 'during') return void upstream.write(bytes, sever);
    isSevering = cut === 'after';
    upstream.write(bytes);
  });
  upstream.on('data', (bytes) => {
    const isReady = commits.heard(heard(bytes));
    // Done, and its answer thrown away.
    if (isSevering) return isReady ? sever() : undefined;
    client.write(bytes);
  });
}

/** Knows of one connection whether what is being said ends in a commit. */
function openCommitWatch() {
  const writing = new Set<string>();
  let isAlone = true;
  let isWriting = false;
  return {
    saw: (messages: readonly Message[]): boolean => {
      let isCommit = false;
      for (const { kind, body } of messages) {
        const words = body.toString('latin1');
        const [first = '', second = ''] = words.split('\0', 2);
        if (kind === PARSE) isWriter(second) ? writing.add(first) : writing.delete(first);
        if (kind === BIND && writing.has(second)) isWriting = true;
        if (kind === QUERY) isCommit ||= /^\s*commit/i.test(first) || (isAlone && isWriter(first));
        if (kind === SYNC) {
          isCommit ||= isWriting && isAlone;
          isWriting = false;
        }
      }
      return isCommit;
    },
    heard: (messages: readonly Message[]): boolean => {
      const last = messages.findLast(({ kind }) => kind === READY);
      if (last === undefined) return false;
      isAlone = last.body.toString('latin1') === IDLE;
      return isAlone;
    },
  };
}

function isWriter(text: string): boolean {
  return /\b(?:insert into|update storno|delete from)\b/i.test(text);
}

interface Message {
  readonly kind: string;
  readonly body: Buffer;
}

/** Makes whole messages of the bytes of one direction. */
function openReader(begins: 'with a startup message' | 'with messages only'): (bytes: Buffer) => readonly Message[] {
  let rest = Buffer.alloc(0);
  let isStartup = begins === 'with a startup message';
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const messages: Message[] = [];
    for (;;) {
      const head = isStartup ? HEAD_BYTES - 1 : HEAD_BYTES;
      if (rest.length < head) return messages;
      const length = rest.readInt32BE(head - 4) + head - 4;
      if (rest.length < length) return messages;
      if (!isStartup) messages.push({ kind: String.fromCharCode(rest[0] ?? 0), body: rest.subarray(head, length) });
      isStartup = false;
      rest = rest.subarray(length);
    }
  };
}

function addressOf({ host = '127.0.0.1', port = 5432 }: ClientConfig) {
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}
