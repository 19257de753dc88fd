import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** What the gateway sends with every answer; the page must live within it. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'self'";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** A gateway for tests of the page: it serves the built files and sends whatever it is given. */
export interface FakeGateway {
  readonly url: string;
  /** Sends a value to every open stream, and first of all to those that connect later. */
  send(state: unknown): void;
  /** Streams open at the moment. */
  streams(): number;
  /** Ends every open stream and answers new ones with 503 until `resume`. */
  interrupt(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Starts a {@link FakeGateway} on a free loopback port. */
export async function startFakeGateway(
  files: string,
  history: () => unknown,
  port = 0,
): Promise<FakeGateway> {
  const streams = new Set<ServerResponse>();
  let latest: unknown;
  let interrupted = false;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (path === '/api/history') {
      answerJson(response, history());
    } else if (path === '/api/state') {
      answerJson(response, latest);
    } else if (path !== '/api/stream') {
      answerFile(response, files, path);
    } else if (interrupted) {
      response.writeHead(503).end();
    } else {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write('retry: 2000\n\n');
      if (latest !== undefined) response.write(message(latest));
      streams.add(response);
      response.on('close', () => streams.delete(response));
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const end = (): void => {
    for (const stream of streams) stream.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    send: (state) => {
      latest = state;
      for (const stream of streams) stream.write(message(state));
    },
    streams: () => streams.size,
    interrupt: () => {
      interrupted = true;
      end();
    },
    resume: () => {
      interrupted = false;
    },
    close: async () => {
      end();
      await closed(server);
    },
  };
}

function message(state: unknown): string {
  return `event: state\ndata: ${JSON.stringify(state)}\n\n`;
}

function answerJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(value));
}

function answerFile(response: ServerResponse, files: string, path: string): void {
  const name = normalize(path === '/' ? 'index.html' : path.slice(1));
  const file = join(files, name);
  if (name.startsWith('..') || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const mediaType = MEDIA_TYPES[extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, { 'Content-Type': mediaType });
  createReadStream(file).pipe(response);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
