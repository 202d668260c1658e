import { connect, createServer, type Socket } from 'node:net';
import type { ClientConfig } from 'pg';

/** Where the connection breaks: before the request arrives, while it is worked on, or before the answer comes back. */
export type Cut = 'before' | 'during' | 'after';
export const CUTS: readonly Cut[] = ['before', 'during', 'after'];

export interface CuttingProxy {
  readonly server: ClientConfig;
  /** The next request that holds `text` is cut; answers how often that has happened so far. */
  arm(cut: Cut, text: string): void;
  cuts(): number;
  close(): Promise<void>;
}

/** Stands between a client and PostgreSQL and cuts the line at the worst moment. */
export async function openCuttingProxy(server: ClientConfig): Promise<CuttingProxy> {
  let armed: { readonly cut: Cut; readonly text: string } | null = null;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(addressOf(server));
    const sever = () => {
      client.destroy();
      upstream.destroy();
    };
    let isSilent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', sever);
      socket.on('close', () => {
        sockets.delete(socket);
        sever();
      });
    }
    client.on('data', (request) => {
      if (armed === null || !request.includes(armed.text)) {
        upstream.write(request);
        return;
      }
      const { cut } = armed;
      armed = null;
      cuts += 1;
      if (cut === 'before') sever();
      else if (cut === 'during') upstream.write(request, sever);
      else {
        isSilent = true;
        upstream.write(request);
      }
    });
    upstream.on('data', (answer) => {
      if (isSilent) sever();
      else client.write(answer);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    server: { ...server, host: '127.0.0.1', port },
    arm: (cut, text) => {
      armed = { cut, text };
    },
    cuts: () => cuts,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

function addressOf({ host = '127.0.0.1', port = 5432 }: ClientConfig) {
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}
