import type { Table } from './table.js';

/** One request as a server's access log sees it, after it was answered. */
export interface Access {
  /** Unit id of the request. */
  readonly unit: number;
  /** Function code of the request. */
  readonly functionCode: number;
  /** Table; absent for a function code the server does not know or a malformed request. */
  readonly table?: Table;
  /** First register or bit, of a function 23 the first one read; absent as `table` is. */
  readonly address?: number;
  /** Number of registers or bits; absent as `table` is. */
  readonly count?: number;
  /** What was written; absent for reads. Of a function 22 its two masks. */
  readonly values?: Uint16Array | boolean[];
  /** Function 23 only: the first register written. */
  readonly writeAddress?: number;
  /** The exception answered; absent when the request was served. */
  readonly exceptionCode?: number;
}
