import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { GatewayError } from './gateway-error.js';

/** Written by the page's own rules: nothing from elsewhere, no inline script, no framing by others. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

/** A second page state at most this often, real ms. */
const LEAST_SPACING_MS = 500;
/** And at least this often, so that the page can tell a silent gateway from a quiet one. */
const KEEP_ALIVE_MS = 5000;
/** Open pages one gateway serves. */
const MOST_STREAMS = 50;

/** What the server shows. */
export interface ConsoleSource {
  /** The state document, made anew. */
  state(): Promise<object>;
  /** The history document of a local day, today's without one. @throws an error whose message is for people. */
  history(day: string | undefined): object;
}

/** The console's API and page. */
export interface ConsoleServer {
  readonly url: string;
  /** Tells open pages that the state changed. */
  changed(): void;
  close(): Promise<void>;
}

/** Serves the page. @throws GatewayError (as a rejection) `listen-failed`. */
export async function serveConsole(
  address: { readonly host: string; readonly port: number },
  source: ConsoleSource,
  folder: string | undefined,
): Promise<ConsoleServer> {
  const stream = new StateStream(source);
  const files =
    folder === undefined
      ? undefined
      : sirv(folder, {
          setHeaders: (response, path) => {
            const forEver = path.startsWith('/assets/');
            response.setHeader(
              'Cache-Control',
              forEver ? 'public, max-age=31536000, immutable' : 'no-cache',
            );
          },
        });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const answer = (): Promise<void> => route(request, response, source, stream, files);
    void answer().catch((error: unknown) => {
      sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `http://${host}:${port}/`,
    changed: () => {
      stream.changed();
    },
    close: async () => {
      stream.close();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new GatewayError('listen-failed', `console: ${host}:${port}: ${error.message}`));
    });
    server.listen(port, host, resolve);
  });
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  source: ConsoleSource,
  stream: StateStream,
  files:
    ((request: IncomingMessage, response: ServerResponse, next?: () => void) => void) | undefined,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://gateway');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendJson(response, 405, { error: `${request.method ?? '?'}: only GET is served` });
    return;
  }
  switch (url.pathname) {
    case '/api/state':
      sendJson(response, 200, await source.state());
      return;
    case '/api/stream':
      await stream.open(response);
      return;
    case '/api/history':
      sendHistory(response, source, url.searchParams.get('day') ?? undefined);
      return;
    default:
      if (files === undefined || url.pathname.startsWith('/api/')) notFound(url, response);
      else
        files(request, response, () => {
          notFound(url, response);
        });
  }
}

function sendHistory(
  response: ServerResponse,
  source: ConsoleSource,
  day: string | undefined,
): void {
  let history: object;
  try {
    history = source.history(day);
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
    return;
  }
  sendJson(response, 200, history);
}

function notFound(url: URL, response: ServerResponse): void {
  sendJson(response, 404, { error: `${url.pathname}: no such page` });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

/** Open pages: each gets the whole state now, then when it changed, and a sign of life in between. */
class StateStream {
  private readonly open_ = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private dirty = false;
  private sentAtMs = 0;

  constructor(private readonly source: ConsoleSource) {}

  async open(response: ServerResponse): Promise<void> {
    if (this.open_.size >= MOST_STREAMS) {
      sendJson(response, 503, { error: `${MOST_STREAMS} pages are open already: close one` });
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    response.write('retry: 2000\n\n');
    response.write(await this.message());
    this.open_.add(response);
    response.on('close', () => {
      this.open_.delete(response);
    });
    this.schedule();
  }

  changed(): void {
    this.dirty = true;
    if (this.open_.size > 0) this.schedule();
  }

  close(): void {
    clearTimeout(this.timer);
    for (const response of this.open_) response.end();
    this.open_.clear();
  }

  private async message(): Promise<string> {
    return `event: state\ndata: ${JSON.stringify(await this.source.state())}\n\n`;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const since = performance.now() - this.sentAtMs;
    const wait = this.dirty ? LEAST_SPACING_MS - since : KEEP_ALIVE_MS - since;
    this.timer = setTimeout(() => void this.send(), Math.max(0, wait));
    this.timer.unref();
  }

  private async send(): Promise<void> {
    if (this.open_.size === 0) return;
    this.dirty = false;
    this.sentAtMs = performance.now();
    const message = await this.message();
    for (const response of this.open_) {
      // A page that does not read is not waited for: it gets the newest state when it does.
      if (response.writableLength === 0) response.write(message);
    }
    this.schedule();
  }
}
