import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseLimitRequest } from './configuration.js';
import { CoordinatorError, isCoordinatorError } from './coordinator-error.js';
import type { Running } from './ports.js';

/** The most bytes of a request's body. */
const MAX_BODY_BYTES = 65_536;

/** Status and operator's requests over HTTP. */
export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The operator's token, made on first start: whoever can read the data folder is the operator. */
export function operatorToken(folder: string): string {
  const file = join(folder, 'operator-token');
  if (!existsSync(file)) {
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(file, 'utf8').trim();
}

/**
 * Serves `GET /api/status` and, with the operator's token as bearer, `POST /api/limits`.
 * @throws CoordinatorError (as a rejection) `listen-failed`.
 */
export async function serveHttp(
  address: { readonly host: string; readonly port: number },
  running: Running,
  folder: string,
): Promise<HttpServer> {
  const token = operatorToken(folder);
  const server = createServer((request, response) => {
    void route(request, response, running, token).catch((error: unknown) => {
      const bad = isCoordinatorError(error) && error.code === 'bad-request';
      send(response, bad ? 400 : 500, {
        error: error instanceof Error ? error.message : String(error),
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const where = `${address.host}:${address.port}`;
      reject(new CoordinatorError('listen-failed', `http: ${where}: ${error.message}`));
    });
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  running: Running,
  token: string,
): Promise<void> {
  switch (`${request.method ?? ''} ${request.url ?? ''}`) {
    case 'GET /api/status':
      send(response, 200, await running.status());
      return;
    case 'POST /api/limits':
      if (!isOperator(request, token)) {
        send(response, 401, { error: 'Authorization: expected Bearer and the operator token' });
        return;
      }
      send(response, 202, await running.limit(parseLimitRequest(await json(request))));
      return;
    default:
      send(response, 404, { error: `${request.method ?? '?'} ${request.url ?? '?'}: not served` });
  }
}

function isOperator(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function json(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new CoordinatorError('bad-request', `body: more than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    throw new CoordinatorError('bad-request', `body: ${String(error)}`);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}
