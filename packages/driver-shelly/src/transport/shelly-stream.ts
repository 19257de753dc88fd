import { randomBytes } from 'node:crypto';
import { DevicesError, type PushStream } from '@microgrid/devices';
import { ReplaySubject } from 'rxjs';
import { WebSocket } from 'ws';
import { isRecord, parseRecord, type JsonRecord } from '../json-record.js';
import { frameAuth, type DigestChallenge, type DigestCredentials } from './digest.js';

/** How a stream is opened. */
export interface StreamOptions {
  readonly url: string;
  readonly credentials: DigestCredentials | undefined;
  readonly timeoutMs: number;
  readonly signals: readonly AbortSignal[];
}

/** Frames kept so that one that was refused can be sent again with credentials. */
const REMEMBERED = 16;
const MOST_BYTES = 1_048_576;

class Stream implements PushStream {
  // What the device says before anybody listens is not lost.
  private readonly subject = new ReplaySubject<string>(REMEMBERED);
  readonly messages$ = this.subject.asObservable();
  private readonly sent = new Map<unknown, JsonRecord>();
  private challenge: DigestChallenge | undefined;
  private used = 0;
  private closed = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly options: StreamOptions,
  ) {
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (!binary) this.receive(data.toString('utf8'));
    });
    socket.on('close', () => {
      this.end(new DevicesError('unreachable', `${options.url}: the stream was closed`));
    });
    socket.on('error', () => undefined);
    const giveUp = (): void => {
      socket.terminate();
    };
    for (const signal of options.signals) {
      signal.addEventListener('abort', giveUp, { once: true });
      socket.once('close', () => {
        signal.removeEventListener('abort', giveUp);
      });
    }
  }

  private end(error: DevicesError | undefined): void {
    if (this.closed) return;
    this.closed = true;
    if (error === undefined) this.subject.complete();
    else this.subject.error(error);
  }

  /** A refusal is answered with credentials, once for each frame; everything else is passed on. */
  private receive(text: string): void {
    const frame = parseRecord(text);
    const error = frame?.['error'];
    if (isRecord(error) && error['code'] === 401 && this.options.credentials !== undefined) {
      const refused = this.sent.get(frame?.['id']);
      const challenge = challengeOf(error);
      if (refused !== undefined && challenge !== undefined) {
        this.sent.delete(frame?.['id']);
        this.challenge = challenge;
        this.used = 0;
        this.socket.send(JSON.stringify(this.authorized(refused)));
        return;
      }
    }
    this.subject.next(text);
  }

  private authorized(frame: JsonRecord): JsonRecord {
    const { credentials } = this.options;
    if (this.challenge === undefined || credentials === undefined) return frame;
    this.used += 1;
    const cnonce = randomBytes(4).readUInt32BE().toString();
    return { ...frame, auth: frameAuth(this.challenge, credentials, this.used, cnonce) };
  }

  async send(message: string): Promise<void> {
    if (this.closed || this.socket.readyState !== WebSocket.OPEN) {
      throw new DevicesError('unreachable', `${this.options.url}: the stream is not open`);
    }
    const frame = parseRecord(message);
    if (frame !== undefined) {
      this.sent.set(frame['id'], frame);
      const [oldest] = this.sent.keys();
      if (this.sent.size > REMEMBERED) this.sent.delete(oldest);
    }
    const text = frame === undefined ? message : JSON.stringify(this.authorized(frame));
    await new Promise<void>((resolve, reject) => {
      this.socket.send(text, (error) => {
        if (error) reject(new DevicesError('unreachable', `${this.options.url}: ${error.message}`));
        else resolve();
      });
    });
  }

  async close(): Promise<void> {
    this.end(undefined);
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const gone = new Promise<void>((resolve) => {
      this.socket.once('close', () => {
        resolve();
      });
    });
    this.socket.terminate();
    await gone;
  }
}

/** The challenge of a refused frame stands as JSON in its message. */
function challengeOf(error: JsonRecord): DigestChallenge | undefined {
  const { message } = error;
  const said = typeof message === 'string' ? parseRecord(message) : undefined;
  const { realm, nonce, algorithm } = said ?? {};
  const known = typeof nonce === 'number' || typeof nonce === 'string';
  if (typeof realm !== 'string' || !known || algorithm !== 'SHA-256') return undefined;
  return { realm, nonce: String(nonce), algorithm };
}

/** Opens a WebSocket. @throws DevicesError (as a rejection) `unreachable`, `timeout` or `aborted`. */
export async function openStream(options: StreamOptions): Promise<PushStream> {
  const { url, timeoutMs, signals } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([deadline, ...signals]);
  if (signal.aborted) throw new DevicesError('aborted', `${url}: given up`);
  const socket = new WebSocket(url, { maxPayload: MOST_BYTES, perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    const giveUp = (): void => {
      socket.terminate();
    };
    const failed = (cause: string): void => {
      signal.removeEventListener('abort', giveUp);
      if (deadline.aborted) reject(new DevicesError('timeout', `${url}: no answer in time`));
      else if (signal.aborted) reject(new DevicesError('aborted', `${url}: given up`));
      else reject(new DevicesError('unreachable', `${url}: ${cause}`));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('open', () => {
      signal.removeEventListener('abort', giveUp);
      socket.removeAllListeners('close');
      socket.removeAllListeners('error');
      resolve();
    });
    socket.once('error', (error) => {
      failed(error.message);
    });
    socket.once('close', () => {
      failed('closed');
    });
  });
  return new Stream(socket, options);
}
