import { randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { isRecord, parseRecord, type JsonRecord } from '../json-record.js';
import { ShellyError } from '../shelly-error.js';
import type { ShellyTwin } from '../twin/shelly-twin.js';
import { digestResponse, STREAM_REQUEST } from './digest.js';

/** What goes wrong with one request. */
export interface ServerFault {
  /** Answered instead of what was asked. */
  readonly status?: number;
  readonly body?: string;
  /** Waits so long before answering. */
  readonly delayMs?: number;
  /** Breaks the connection in the middle of the answer. */
  readonly reset?: boolean;
}

/** How a simulated device is served. */
export interface ShellyServerOptions {
  readonly twin: ShellyTwin;
  /** Default 0 = any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Asks for this password of the user `admin`. */
  readonly password?: string;
  /** How many requests one nonce is good for. Default: no limit. */
  readonly nonceUses?: number;
  /** Asked before each HTTP request. */
  readonly fault?: (request: {
    readonly path: string;
    readonly number: number;
  }) => ServerFault | undefined;
}

/** A served simulated device. */
export interface ShellyServer {
  readonly port: number;
  /** HTTP requests so far, refused ones too. */
  readonly requests: number;
  /** Requests refused for want of credentials. */
  readonly refusals: number;
  /** Streams open now. */
  readonly streams: number;
  /** Breaks every stream. */
  dropStreams(): void;
  /** Drops every client and stops listening. */
  close(): Promise<void>;
}

const REALM = 'shellyplus1pm-a8032ab12345';
const OPEN_METHODS: ReadonlySet<unknown> = new Set(['Shelly.GetDeviceInfo']);

class Server {
  requests = 0;
  refusals = 0;
  private nonce = randomInt(2 ** 31);
  private uses = 0;

  constructor(private readonly options: ShellyServerOptions) {}

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const path = incoming.url ?? '/';
    const number = this.requests;
    this.requests += 1;
    const fault = this.options.fault?.({ path, number });
    if (fault?.delayMs !== undefined) await wait(fault.delayMs);
    if (fault?.reset === true) {
      outgoing.writeHead(200, { 'content-length': 1000 });
      outgoing.write('{"id":');
      incoming.socket.destroy();
      return;
    }
    if (fault?.status !== undefined || fault?.body !== undefined) {
      outgoing.writeHead(fault.status ?? 200, { 'content-type': 'application/json' });
      outgoing.end(fault.body ?? '');
      return;
    }
    if (!this.isAllowed(incoming, path, body)) {
      this.refuse(outgoing);
      return;
    }
    const method = (incoming.method ?? 'GET') as 'GET' | 'POST';
    const answer = await this.options.twin.handle({ method, path, body });
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  }

  private refuse(outgoing: ServerResponse): void {
    this.refusals += 1;
    this.renew();
    const challenge = `Digest qop="auth", realm="${REALM}", nonce="${this.nonce}", algorithm=SHA-256`;
    outgoing.writeHead(401, { 'www-authenticate': challenge, 'content-length': 0 });
    outgoing.end();
  }

  private renew(): void {
    this.nonce = randomInt(2 ** 31);
    this.uses = 0;
  }

  /** A nonce is good for so many uses; after that it is as unknown as any other. */
  private takeNonce(nonce: string): boolean {
    const { nonceUses = Infinity } = this.options;
    if (nonce !== String(this.nonce) || this.uses >= nonceUses) return false;
    this.uses += 1;
    return true;
  }

  private isAllowed(incoming: IncomingMessage, path: string, body: string): boolean {
    const { password } = this.options;
    if (password === undefined || path === '/shelly') return true;
    if (OPEN_METHODS.has(parseRecord(body)?.['method'])) return true;
    const header = incoming.headers.authorization ?? '';
    const fields = Object.fromEntries(
      [...header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map((match) => [
        match[1] ?? '',
        match[2] ?? match[3] ?? '',
      ]),
    ) as Record<string, string | undefined>;
    const { nonce = '', nc = '', cnonce = '', uri = '', response } = fields;
    const challenge = { realm: REALM, nonce, algorithm: 'SHA-256' };
    const asked = { method: incoming.method ?? 'GET', uri };
    const credentials = { user: 'admin', password };
    const expected = digestResponse(challenge, credentials, asked, nc, cnonce);
    return uri === path && response === expected && this.takeNonce(nonce);
  }

  /** Whether a frame on a stream bears the right `auth`. */
  private isAuthorized(frame: JsonRecord): boolean {
    const { password } = this.options;
    if (password === undefined || OPEN_METHODS.has(frame['method'])) return true;
    const { auth } = frame;
    if (!isRecord(auth)) return false;
    const nonce = String(auth['nonce']);
    const challenge = { realm: REALM, nonce, algorithm: 'SHA-256' };
    const credentials = { user: 'admin', password };
    const nc = typeof auth['nc'] === 'number' ? String(auth['nc']) : '1';
    const cnonce = String(auth['cnonce']);
    const expected = digestResponse(challenge, credentials, STREAM_REQUEST, nc, cnonce);
    return auth['response'] === expected && this.takeNonce(nonce);
  }

  stream(socket: WebSocket, path: string): void {
    const line = this.options.twin.connect?.(path, (message) => {
      socket.send(message);
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      const frame = parseRecord(text);
      if (frame !== undefined && !this.isAuthorized(frame)) {
        this.refusals += 1;
        this.renew();
        const { nonce } = this;
        const message = JSON.stringify({
          auth_type: 'digest',
          nonce,
          nc: 1,
          realm: REALM,
          algorithm: 'SHA-256',
        });
        socket.send(JSON.stringify({ id: frame['id'], error: { code: 401, message } }));
        return;
      }
      line?.receive(text);
    });
    socket.on('close', () => line?.close());
    socket.on('error', () => undefined);
  }
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * Serves a simulated device on HTTP and WebSocket, with digest authentication where a password is
 * given, and with what goes wrong on a real one.
 * @throws ShellyError (as a rejection) `listen-failed`
 */
export async function startShellyServer(options: ShellyServerOptions): Promise<ShellyServer> {
  const { port = 0, host = '127.0.0.1' } = options;
  const device = new Server(options);
  const http = createServer((incoming, outgoing) => {
    device.serve(incoming, outgoing).catch(() => {
      outgoing.destroy();
    });
  });
  const sockets = new Set<Socket>();
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const streams = new WebSocketServer({ server: http });
  // The error of the server below is passed on by it.
  streams.on('error', () => undefined);
  streams.on('connection', (socket, incoming) => {
    device.stream(socket, incoming.url ?? '/');
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause) => {
      reject(new ShellyError('listen-failed', `${host}:${port}: cannot listen (${cause.message})`));
    });
    http.listen(port, host, resolve);
  });
  const address = http.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    get requests() {
      return device.requests;
    },
    get refusals() {
      return device.refusals;
    },
    get streams() {
      return streams.clients.size;
    },
    dropStreams() {
      for (const client of streams.clients) client.terminate();
    },
    async close() {
      for (const client of streams.clients) client.terminate();
      streams.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        http.close(() => {
          resolve();
        });
      });
    },
  };
}
