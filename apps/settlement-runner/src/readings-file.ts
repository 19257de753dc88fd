import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvReader, isMeteringError, type Columns } from '@microgrid/metering';
import { RunnerError, systemMessage } from './runner-error.js';
import { stateOf, type FileState } from './writing/copied-file.js';

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

/** How a file stands. @throws RunnerError `bad-input`. */
export function fileState(path: string): FileState {
  try {
    return stateOf(statSync(path, { bigint: true }));
  } catch (error) {
    throw unreadable(path, error);
  }
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
