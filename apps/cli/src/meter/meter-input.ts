import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { detectFormat } from '@microgrid/metering/formats';
import { CommandError, isSystemError } from '../command-error.js';

const HEAD_BYTES = 8192;

/** A file that is too large for one piece of memory must be a canonical CSV, which is read in pieces. */
const LARGEST_WHOLE_BYTES = 1 << 30;

const unreadable = (file: string, error: Error): CommandError =>
  new CommandError('file', `${file}: cannot be read: ${error.message}`);

/** The beginning of a file, unpacked, and whether it is packed. */
async function headOf(
  file: string,
): Promise<{ readonly head: Uint8Array; readonly gzip: boolean }> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      const bytes = buffer.subarray(0, bytesRead);
      const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return { head: gzip ? beginningOf(bytes) : bytes, gzip };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isSystemError(error)) throw unreadable(file, error);
    throw error;
  }
}

/** What the first bytes of a gzip file unpack to; nothing where they are damaged. */
function beginningOf(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

/** Whether a file begins as a canonical CSV. @throws CommandError where it cannot be read. */
export async function isCanonical(file: string, fromFormat: string | undefined): Promise<boolean> {
  const { head } = await headOf(file);
  return (fromFormat ?? detectFormat(head)?.id) === 'canonical-csv';
}

/** The encoding of a file that its byte order mark says is UTF-16. */
function wideEncoding([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/** A text file, plain or gzip, in pieces of UTF-8. @throws CommandError naming it. */
export async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  const { head, gzip } = await headOf(file);
  const encoding = wideEncoding(head);
  if (encoding === undefined) {
    yield* unpackedPieces(file, gzip);
    return;
  }
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const piece of unpackedPieces(file, gzip)) {
    yield encoder.encode(decoder.decode(piece, { stream: true }));
  }
  yield encoder.encode(decoder.decode());
}

async function* unpackedPieces(file: string, gzip: boolean): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  try {
    if (!gzip) {
      yield* raw as AsyncIterable<Uint8Array>;
      return;
    }
    const unpacked = createGunzip({ chunkSize: 1 << 18 });
    raw.on('error', (error) => unpacked.destroy(error));
    yield* raw.pipe(unpacked) as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (isSystemError(error)) throw unreadable(file, error);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') === true) {
      throw new CommandError('input', `${file}: got ${message}, expected a whole gzip file`);
    }
    throw error;
  } finally {
    raw.destroy();
  }
}

/** A whole file. @throws CommandError where it cannot be read. */
export async function wholeFile(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file);
    if (bytes.length <= LARGEST_WHOLE_BYTES) return bytes;
  } catch (error) {
    if (isSystemError(error)) throw unreadable(file, error);
    throw error;
  }
  throw new CommandError('input', `${file}: more than 1 GiB; only the canonical CSV may be larger`);
}
