import { randomBytes } from 'node:crypto';
import { Agent, request as send, type IncomingMessage } from 'node:http';
import {
  DevicesError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  type PushStream,
} from '@microgrid/devices';
import { ShellyError } from '../shelly-error.js';
import { authorization, parseChallenge, type DigestChallenge } from './digest.js';
import { openStream } from './shelly-stream.js';

/** Where a device is and what it asks for. */
export interface ShellyTransportOptions {
  /** Name or address. */
  readonly host: string;
  /** Default 80. */
  readonly port?: number;
  /** Password of the device's user `admin`; absent where it asks for none. */
  readonly password?: string;
  /** How long one exchange may take, ms. Default 5000. */
  readonly timeoutMs?: number;
}

/** A connection to one device. */
export interface ShellyTransport extends HttpTransport {
  /** Ends what is under way and closes every connection. */
  close(): void;
}

const USER = 'admin';
const TIMEOUT_MS = 5000;
/** A device answers six connections at most, and others want some too. */
const CONNECTIONS = 2;
const MOST_BYTES = 1_048_576;

class Transport implements ShellyTransport {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  private readonly ended = new AbortController();
  private challenge: DigestChallenge | undefined;
  private used = 0;

  constructor(private readonly options: ShellyTransportOptions) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const { password } = this.options;
    const first = await this.exchange(request);
    if (first.status !== 401 || password === undefined) return first;
    // No challenge yet, or one whose nonce has expired: answered once, a second refusal is final.
    const challenge = parseChallenge(first.headers['www-authenticate']);
    if (challenge === undefined) return first;
    this.challenge = challenge;
    this.used = 0;
    return this.exchange(request);
  }

  private authorize(request: HttpRequest): Readonly<Record<string, string>> {
    const { password } = this.options;
    if (this.challenge === undefined || password === undefined) return {};
    this.used += 1;
    const asked = { method: request.method, uri: request.path };
    const cnonce = randomBytes(8).toString('hex');
    const credentials = { user: USER, password };
    return {
      authorization: authorization(this.challenge, credentials, asked, this.used, cnonce),
    };
  }

  private exchange(request: HttpRequest): Promise<HttpResponse> {
    const { host, port = 80, timeoutMs = TIMEOUT_MS } = this.options;
    const { method, path, body, headers } = request;
    const deadline = AbortSignal.timeout(request.timeoutMs ?? timeoutMs);
    const signals = [deadline, this.ended.signal, ...(request.signal ? [request.signal] : [])];
    const signal = AbortSignal.any(signals);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        reject(this.failure(error, deadline, signal));
      };
      if (signal.aborted) {
        fail(signal.reason);
        return;
      }
      const outgoing = send(
        {
          host,
          port,
          method,
          path,
          agent: this.agent,
          signal,
          headers: {
            ...headers,
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
            ...this.authorize(request),
          },
        },
        (incoming) => {
          collect(incoming).then(resolve, fail);
        },
      );
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  }

  private failure(error: unknown, deadline: AbortSignal, signal: AbortSignal): DevicesError {
    const { host, port = 80 } = this.options;
    const where = `${host}:${port}`;
    if (deadline.aborted) return new DevicesError('timeout', `${where}: no answer in time`);
    if (signal.aborted) return new DevicesError('aborted', `${where}: given up`);
    const cause = error instanceof Error ? error.message : String(error);
    return new DevicesError('unreachable', `${where}: ${cause}`);
  }

  async stream(path: string, options: { signal?: AbortSignal } = {}): Promise<PushStream> {
    const { host, port = 80, password, timeoutMs = TIMEOUT_MS } = this.options;
    return openStream({
      url: `ws://${host}:${port}${path}`,
      credentials: password === undefined ? undefined : { user: USER, password },
      timeoutMs,
      signals: [this.ended.signal, ...(options.signal ? [options.signal] : [])],
    });
  }

  close(): void {
    this.ended.abort();
    this.agent.destroy();
  }
}

async function collect(incoming: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      incoming.destroy();
      throw new ShellyError('bad-reply', `more than ${MOST_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/**
 * Connects to a device: HTTP with digest authentication (SHA-256) and its WebSocket.
 * @throws ShellyError `bad-option` for a host or port that cannot be.
 */
export function connectShelly(options: ShellyTransportOptions): ShellyTransport {
  const { host, port = 80 } = options;
  if (!/^[A-Za-z0-9.:-]+$/.test(host)) {
    throw new ShellyError(
      'bad-option',
      `host: got ${JSON.stringify(host)}, expected a name or address without a scheme`,
    );
  }
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) {
    throw new ShellyError('bad-option', `port: got ${port}, expected an integer in 1..65535`);
  }
  return new Transport(options);
}
