import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

/** A mail server that delivers to a folder: whatever it takes is a file there. For demonstrations. */
export interface Mailbox {
  /** `smtp://127.0.0.1:…` */
  readonly url: string;
  readonly folder: string;
  count(): number;
  close(): Promise<void>;
}

const SIZE_MAX = 10_000_000;

export async function openMailbox(folder: string): Promise<Mailbox> {
  mkdirSync(folder, { recursive: true });
  let taken = 0;
  const server = new SMTPServer({
    authOptional: true,
    // Asking who 127.0.0.1 is takes a tenth of a second a letter.
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: SIZE_MAX,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        taken += 1;
        const to = session.envelope.rcptTo[0]?.address ?? 'nobody';
        writeFileSync(join(folder, nameOf(taken, to)), Buffer.concat(parts));
        done(null, 'kept');
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    folder,
    count: () => taken,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** In the order in which they came; an address may hold what no file name may. */
function nameOf(number: number, to: string): string {
  const safe = /^[\w.+-]+@[\w.-]+$/.test(to) ? to : createHash('sha256').update(to).digest('hex').slice(0, 12);
  return `${String(number).padStart(5, '0')}-${safe}.eml`;
}
