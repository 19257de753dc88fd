import type { ReadRequest } from './bus.js';
import type { Outcome, Transaction } from './transaction.js';

/** How a write that a device accepted and has not finished is seen to be done. */
export interface Confirmation {
  /** What to read back. */
  readonly request: ReadRequest;
  /** Whether what was read shows the write. */
  isDone(read: Outcome): boolean;
  /** What to read once the write is done, for the caller (function 23). */
  readonly thenRead?: ReadRequest;
}

/** How to see that a write is done; undefined for custom requests, where nobody can tell. */
export function confirmation(write: Transaction): Confirmation | undefined {
  const { functionCode, address, count, values } = write;
  if (write.custom !== undefined || values === undefined) return undefined;
  switch (functionCode) {
    case 5:
    case 6:
    case 15:
    case 16: {
      const table = functionCode === 5 || functionCode === 15 ? 'coil' : 'holding';
      const request = { table, address, count } as const;
      return { request, isDone: (read) => equal(read, values) };
    }
    case 22: {
      const [and, or] = [Number(values[0]), Number(values[1])];
      const isDone = (read: Outcome): boolean => {
        const now = Number(read?.[0]);
        // The bits that are kept could be anything; those that are set must be as asked.
        return (now & ~and & 0xffff) === (or & ~and & 0xffff);
      };
      return { request: { table: 'holding', address, count: 1 }, isDone };
    }
    case 23:
      return {
        request: { table: 'holding', address: write.writeAddress, count: values.length },
        isDone: (read) => equal(read, values),
        thenRead: { table: 'holding', address, count },
      };
    default:
      return undefined;
  }
}

function equal(read: Outcome, written: ArrayLike<number> | ArrayLike<boolean>): boolean {
  if (read?.length !== written.length) return false;
  for (let index = 0; index < read.length; index += 1) {
    if (read[index] !== written[index]) return false;
  }
  return true;
}
