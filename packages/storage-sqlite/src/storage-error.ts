/**
 * What went wrong, as a closed set:
 * - `busy`: another process holds the database; try again
 * - `disk-full`: nothing was written; free space and try again
 * - `corrupt`: what was read is not what was written; restore or mark as missing, never use it
 * - `read-only`: the file or its file system cannot be written
 * - `io`: the disk failed; what was being written is unknown, open the database again
 * - `cannot-open`: no such folder, no permission
 * - `foreign-file`: a file that is no database of this package
 * - `newer-schema`: written by a newer version of this software
 * - `closed`: used after `close`
 * - `bad-option`: an option out of its range
 */
export type StorageErrorCode =
  | 'busy'
  | 'disk-full'
  | 'corrupt'
  | 'read-only'
  | 'io'
  | 'cannot-open'
  | 'foreign-file'
  | 'newer-schema'
  | 'closed'
  | 'bad-option';

/** The one error of this package: the message names the file, what was found and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether an unknown thrown value is a {@link StorageError}. */
export function isStorageError(error: unknown): error is StorageError {
  return error instanceof StorageError;
}

/** SQLite's result codes by their start, and what to do about each. */
const CAUSES: readonly [start: string, code: StorageErrorCode, advice: string][] = [
  ['SQLITE_BUSY', 'busy', 'another process holds it; try again'],
  ['SQLITE_LOCKED', 'busy', 'another process holds it; try again'],
  ['SQLITE_FULL', 'disk-full', 'nothing was written; free space and try again'],
  ['SQLITE_CORRUPT', 'corrupt', 'the file is damaged; restore it from a backup'],
  ['SQLITE_NOTADB', 'foreign-file', 'not a SQLite database; choose another path'],
  ['SQLITE_READONLY', 'read-only', 'make the file and its folder writable'],
  ['SQLITE_IOERR', 'io', 'the disk failed; check it and open the database again'],
  ['SQLITE_CANTOPEN', 'cannot-open', 'expected an existing folder that may be written'],
  // The statements are this package's own: only a damaged schema can make one wrong.
  ['SQLITE_ERROR', 'corrupt', 'the file is damaged; restore it from a backup'],
];

/** By its form and not its class: the driver's class may come from another realm (worker, sandbox). */
function isDriverError(error: unknown): error is { message: string; code: string } {
  if (typeof error !== 'object' || error === null || isStorageError(error)) return false;
  const { message, code } = error as { message?: unknown; code?: unknown };
  return typeof message === 'string' && typeof code === 'string';
}

/** Turns what better-sqlite3 throws into a {@link StorageError}; anything else stays as it is. */
export function asStorageError(error: unknown, path: string): unknown {
  if (!isDriverError(error)) return error;
  const { message, code: result } = error;
  const known = CAUSES.find(([start]) => result.startsWith(start));
  if (known === undefined) return error;
  const [, code, advice] = known;
  return new StorageError(code, `${path}: ${message} (${result}): ${advice}`, { cause: error });
}
