import { canonicalJson } from '@microgrid/events';
import { JournalError, isJournalError, type JournalErrorCode } from './journal-error.js';

/**
 * One promise of a port, checked against any adapter:
 * `for (const { name, check } of eventLogContract) test(name, () => check(open))`.
 */
export interface ContractCase<Port> {
  /** The guarantee in words. */
  readonly name: string;
  /** Opens a fresh, empty adapter and rejects with `JournalError` `contract` if it breaks the promise. */
  readonly check: (open: () => Port | Promise<Port>) => Promise<void>;
}

/** Throws `contract` unless both are the same JSON; `undefined` is compared as itself. */
export function expectSame(what: string, found: unknown, expected: unknown): void {
  const text = (value: unknown) => (value === undefined ? 'undefined' : canonicalJson(value));
  if (text(found) !== text(expected))
    throw new JournalError('contract', `${what}: found ${text(found)}, expected ${text(expected)}`);
}

/** Throws `contract` unless the promise rejects with this code. */
export async function expectRejection(
  what: string,
  promise: Promise<unknown>,
  code: JournalErrorCode,
): Promise<void> {
  const outcome = await promise.then(
    () => 'it resolved',
    (error: unknown) => (isJournalError(error) ? error.code : `it rejected with ${String(error)}`),
  );
  if (outcome !== code)
    throw new JournalError('contract', `${what}: ${outcome}, expected a rejection with '${code}'`);
}
