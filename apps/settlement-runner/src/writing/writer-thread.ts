import { Worker } from 'node:worker_threads';
import { RunnerError, type RunnerErrorCode } from '../runner-error.js';
import { CopiedFile } from './copied-file.js';
import type { FileWriter } from './file-writer.js';
import type { FileDigest } from './file-digest.js';
import type { WriterAnswer, WriterRequest } from './writer-messages.js';

/** More than this is not sent before some of it is written. */
const MOST_BYTES_UNDER_WAY = 1 << 26;

interface Waiting {
  readonly bytes: number;
  readonly resolve: (digest: FileDigest | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes in a thread of its own, so that hashing and the disk do not hold up the work. */
export class WriterThread implements FileWriter {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private ids = 0;
  private underWay = 0;
  private room: (() => void) | undefined;
  /** Why nothing is written any more. */
  private ended: Error | undefined;

  constructor({
    file,
    execArgv = [],
  }: {
    readonly file: URL;
    readonly execArgv?: readonly string[];
  }) {
    this.worker = new Worker(file, { execArgv: [...execArgv] });
    this.worker.on('message', (answer: WriterAnswer) => {
      this.hear(answer);
    });
    const fail = (error: Error): void => {
      this.ended ??= error;
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
      this.room?.();
    };
    this.worker.on('error', fail);
    this.worker.on('exit', (code) => {
      fail(new Error(`the writing thread ended with code ${code}`));
    });
  }

  write(path: string, pieces: Iterable<Uint8Array>): Promise<FileDigest> {
    const id = ++this.ids;
    let bytes = 0;
    if (pieces instanceof CopiedFile) {
      this.send({ id, open: path, copyOf: pieces.path, state: pieces.state });
    } else {
      this.send({ id, open: path });
      // Sending copies: who made a piece may use its memory again.
      for (const piece of pieces) {
        this.send({ id, piece });
        bytes += piece.length;
      }
      this.send({ id, end: true });
    }
    const written = this.answerTo(id, bytes) as Promise<FileDigest>;
    // Whoever needs the digest hears of an error; nobody may be waiting yet.
    written.catch(() => undefined);
    return written;
  }

  async ready(): Promise<void> {
    while (this.underWay > MOST_BYTES_UNDER_WAY && this.waiting.size > 0) {
      await new Promise<void>((resolve) => (this.room = resolve));
    }
  }

  async durable(): Promise<void> {
    const id = ++this.ids;
    this.send({ id, durable: true });
    await this.answerTo(id, 0);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private send(request: WriterRequest): void {
    this.worker.postMessage(request);
  }

  private answerTo(id: number, bytes: number): Promise<FileDigest | undefined> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    this.underWay += bytes;
    return new Promise((resolve, reject) => this.waiting.set(id, { bytes, resolve, reject }));
  }

  private hear(answer: WriterAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (waiting === undefined) return;
    this.underWay -= waiting.bytes;
    this.room?.();
    if ('error' in answer) waiting.reject(revived(answer.error));
    else waiting.resolve(answer.digest);
  }
}

/** An error as it was before it was sent. */
function revived(sent: unknown): unknown {
  if (typeof sent !== 'object' || sent === null) return sent;
  const { name, message, ...rest } = sent as { name?: string; message?: string; code?: string };
  if (name === 'RunnerError') return new RunnerError(rest.code as RunnerErrorCode, message ?? '');
  return Object.assign(new Error(message), rest);
}
