import { isRegisterTable, type Table } from './table.js';

/** Registers or bits in one table. */
export interface Span {
  readonly table: Table;
  /** First register or bit, zero-based as on the wire. */
  readonly address: number;
  readonly count: number;
}

/** What a device allows in one read. */
export interface ReadPlanRules {
  /** Most registers in one read, 1..125. Default 125. */
  readonly registersPerRead?: number;
  /** Most bits in one read, 1..2000. Default 2000. */
  readonly bitsPerRead?: number;
  /**
   * Most registers or bits nobody wants that a read may run over to save a request. Default 0:
   * devices may answer exception 2 for a read over registers they do not have.
   */
  readonly bridge?: number;
  /** Never read, not even in passing. */
  readonly forbidden?: readonly Span[];
  /** No two values on both sides of one of these registers are read together. Default none. */
  readonly boundaries?: readonly Pick<Span, 'table' | 'address'>[];
  /** Every read brings one value only: no two of different places are merged. Default false. */
  readonly oneValuePerRead?: boolean;
  /**
   * Blocks that are read as they stand, whatever the other rules say, where they bring a wanted
   * value: some devices answer only these.
   */
  readonly blocks?: readonly Span[];
}

/** One read and what it brings. */
export interface PlannedRead<Wanted extends Span> extends Span {
  /** In the order of their addresses. */
  readonly brings: readonly Wanted[];
}

const tables: readonly Table[] = ['input', 'holding', 'coil', 'discrete'];

const endOf = ({ address, count }: Span): number => address + count;

/**
 * Plans as few reads as the device allows for what is wanted. A wanted value is never split over two
 * reads; one that is longer than a read may be, or that touches forbidden registers, is read alone
 * all the same, for the device to refuse. Per table, taking the values in the order of their
 * addresses and each read as far as the rules let it go needs the fewest reads there are, as long as
 * no wanted value lies around another.
 *
 * @returns reads of blocks first, then by table and address; the same for the same values in any
 * order of the input but equal ones
 */
export function planReads<Wanted extends Span>(
  wanted: readonly Wanted[],
  rules: ReadPlanRules = {},
): PlannedRead<Wanted>[] {
  const sorted = [...wanted].sort((a, b) => a.address - b.address || a.count - b.count);
  const placed = new Set<Wanted>();
  const reads: PlannedRead<Wanted>[] = [];
  for (const { table, address, count } of rules.blocks ?? []) {
    const brings = sorted.filter(
      (value) =>
        !placed.has(value) &&
        value.table === table &&
        value.address >= address &&
        endOf(value) <= address + count,
    );
    for (const value of brings) placed.add(value);
    if (brings.length > 0) reads.push({ table, address, count, brings });
  }
  for (const table of tables) {
    const rest = sorted.filter((value) => value.table === table && !placed.has(value));
    reads.push(...merge(rest, table, rules));
  }
  return reads;
}

/** Joins neighbours; the values are of one table, in the order of their addresses. */
function merge<Wanted extends Span>(
  values: readonly Wanted[],
  table: Table,
  rules: ReadPlanRules,
): PlannedRead<Wanted>[] {
  const reads: { address: number; end: number; brings: Wanted[] }[] = [];
  for (const value of values) {
    const last = reads.at(-1);
    if (last && joins(last, value, table, rules)) {
      last.brings.push(value);
      last.end = Math.max(last.end, endOf(value));
    } else reads.push({ address: value.address, end: endOf(value), brings: [value] });
  }
  return reads.map(({ address, end, brings }) => ({
    table,
    address,
    count: end - address,
    brings,
  }));
}

function joins(
  read: { readonly address: number; readonly end: number },
  value: Span,
  table: Table,
  rules: ReadPlanRules,
): boolean {
  if (endOf(value) <= read.end && value.address >= read.address) {
    return rules.oneValuePerRead !== true || isSame(read, value);
  }
  if (rules.oneValuePerRead === true) return false;
  const end = Math.max(read.end, endOf(value));
  const longest = isRegisterTable(table)
    ? (rules.registersPerRead ?? 125)
    : (rules.bitsPerRead ?? 2000);
  if (end - read.address > longest) return false;
  if (value.address - read.end > (rules.bridge ?? 0)) return false;
  const crossed = rules.boundaries?.some(
    (border) => border.table === table && read.address < border.address && border.address < end,
  );
  if (crossed === true) return false;
  return !rules.forbidden?.some(
    (span) => span.table === table && span.address < end && read.address < endOf(span),
  );
}

function isSame(read: { readonly address: number; readonly end: number }, value: Span): boolean {
  return value.address === read.address && endOf(value) === read.end;
}
