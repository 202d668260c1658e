import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { control } from './control.ts';
import type { WireRequest, WireResponse } from './engine/wire.ts';
import { readBody, readForm, readHeaders } from './form.ts';
import { Sandbox, type SandboxSetup } from './sandbox.ts';

export interface SandboxServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

/** Starts the sandbox at a port (0: any free one). Rejects if it cannot listen there. */
export async function startSandbox(
  setup: SandboxSetup & { readonly host: string; readonly port: number },
): Promise<SandboxServer> {
  const sandbox = await Sandbox.open(setup);
  const server = createServer((request, response) => {
    void serve(sandbox, request, response).catch((error: unknown) => {
      // A defect of the sandbox, or no disk: the caller hears nothing, and the process ends at its top.
      request.socket.destroy();
      throw error;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(setup.port, setup.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${setup.host}:${port}`,
    sandbox,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await sandbox.close();
    },
  };
}

async function serve(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // The caller may hang up while the answer is under way: what he asked for has happened none the less.
  response.on('error', () => response.destroy());
  const body = await readBody(request).catch(() => null);
  if (body === null) return void request.socket.destroy();
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const method = request.method ?? 'GET';
  if (url.pathname.startsWith('/_sandbox/')) {
    return send(response, await control(sandbox, method, url.pathname, body));
  }
  const headers = readHeaders(request);
  const refusal = refuseKey(headers.authorization);
  if (refusal !== null) return send(response, refusal);
  const wire: WireRequest = {
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    form: method === 'GET' ? {} : readForm(body),
    headers,
  };
  const played = await sandbox.handle(wire);
  // The listening server keeps the process alive; a late answer alone need not.
  if (played.delayMs > 0) await setTimeout(played.delayMs, undefined, { ref: false });
  if (played.response === null) request.socket.destroy();
  else send(response, played.response);
}

/** Any test key will do; a key of real money does not belong here. */
function refuseKey(authorization: string | undefined): WireResponse | null {
  const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? basicUser(authorization);
  if (key?.startsWith('sk_test_') === true || key?.startsWith('rk_test_') === true) return null;
  const message =
    key === null
      ? 'You did not provide an API key: Authorization: Bearer sk_test_…'
      : 'The sandbox takes test keys only (sk_test_…): do not send it a live one.';
  return {
    status: 401,
    headers: { 'content-type': 'application/json' },
    body: { error: { type: 'invalid_request_error', message } },
  };
}

/** `curl -u sk_test_…:` */
function basicUser(authorization: string | undefined): string | null {
  const encoded = /^Basic (\S+)$/.exec(authorization ?? '')?.[1];
  return encoded === undefined ? null : (Buffer.from(encoded, 'base64').toString('utf8').split(':')[0] ?? null);
}

function send(response: ServerResponse, { status, headers, body }: WireResponse): void {
  const isPage = typeof body === 'string' && headers['content-type'] === 'text/html';
  response.writeHead(status, headers);
  response.end(isPage ? body : JSON.stringify(body));
}
