import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  statSync,
  type BigIntStats,
} from 'node:fs';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvReader, isMeteringError, type Columns } from '@microgrid/metering';
import { RunnerError, systemMessage } from './runner-error.js';

const READ_BYTES = 1 << 20;
const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** Readings shrink to about a tenth: a first guess of how much room the columns need. */
const GZIP_RATIO = 8;

/** Hears how many of the file's bytes have been read. */
export type BytesRead = (done: number, total: number) => void;

/**
 * Reads a canonical readings file as a stream, plain or gzip by its first bytes.
 * @throws MeteringError for a wrong row; RunnerError `bad-input` for a file that cannot be read.
 */
export async function readReadings(path: string, onBytes?: BytesRead): Promise<Columns> {
  let total: number;
  try {
    total = statSync(path).size;
  } catch (error) {
    throw unreadable(path, error);
  }
  let done = 0;
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, next) {
      done += chunk.length;
      onBytes?.(done, total);
      next(null, chunk);
    },
  });
  try {
    const gzip = isGzip(path);
    const bytes = gzip
      ? source.pipe(counted).pipe(createGunzip({ chunkSize: READ_BYTES }))
      : source.pipe(counted);
    // pipe() does not pass errors on.
    source.on('error', (error) => bytes.destroy(error));
    const reader = new CsvReader({ file: path, expectedBytes: gzip ? total * GZIP_RATIO : total });
    for await (const chunk of bytes) reader.push(chunk as Uint8Array);
    return reader.end();
  } catch (error) {
    if (isMeteringError(error)) throw error;
    throw unreadable(path, error);
  } finally {
    source.destroy();
  }
}

/**
 * The bytes of a plain file that was read before, for copying.
 * @throws RunnerError `bad-input` when the file is no longer the one that was read.
 */
export function* fileAgain(path: string, before: FileState): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(READ_BYTES);
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      yield buffer.subarray(0, count);
    }
    if (stateText(fstatSync(file, { bigint: true })) === before) return;
  } finally {
    closeSync(file);
  }
  throw new RunnerError(
    'bad-input',
    `${path}: was changed while it was settled; expected a file that nobody writes; run again`,
  );
}

/** Tells whether a file was touched. */
export type FileState = string;

/** How a file stands. @throws RunnerError `bad-input`. */
export function fileState(path: string): FileState {
  try {
    return stateText(statSync(path, { bigint: true }));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function stateText({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

/** Whether a file begins as gzip does. @throws the file system's error. */
export function isGzip(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(GZIP_MAGIC.length);
    readSync(file, bytes);
    return GZIP_MAGIC.every((byte, index) => bytes[index] === byte);
  } finally {
    closeSync(file);
  }
}

function unreadable(path: string, error: unknown): RunnerError {
  return new RunnerError(
    'bad-input',
    `${path}: cannot be read: ${systemMessage(error)}; expected a readings CSV, plain or gzip`,
  );
}
