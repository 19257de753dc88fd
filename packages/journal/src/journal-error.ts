/**
 * What went wrong, as a closed set:
 * - `bad-entry`: an entry, batch or key text without the documented form
 * - `conflict`: the log's head moved: somebody else appended
 * - `stale-epoch`: this writer was fenced off by a newer epoch
 * - `id-taken`: the id is in the journal with another content
 * - `no-salt-key`: the subject's salt key is gone (erased), so nothing may be appended about it
 * - `bad-index`: a leaf index or tree size outside the tree
 * - `bad-key-file`: a key file that others can read, or that is no ed25519 key
 * - `contract`: a storage adapter broke a port's contract (thrown by the contract suites)
 */
export type JournalErrorCode =
  | 'bad-entry'
  | 'conflict'
  | 'stale-epoch'
  | 'id-taken'
  | 'no-salt-key'
  | 'bad-index'
  | 'bad-key-file'
  | 'contract';

/** The only error this package throws by itself; a store's own errors pass through. */
export class JournalError extends Error {
  override readonly name = 'JournalError';

  constructor(
    /** Closed set, for programs; the message is for people. */
    readonly code: JournalErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** True for an error of this package, also across two copies of the package in one program. */
export function isJournalError(error: unknown): error is JournalError {
  return error instanceof Error && error.name === 'JournalError' && 'code' in error;
}
