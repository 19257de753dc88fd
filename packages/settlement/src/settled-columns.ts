import { formatInstant, type EpochMs } from '@microgrid/units';
import { contractFields } from './contract-fields.js';
import type { SettledOutline } from './interval-records.js';
import type { InternalAmounts, SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';
import { SettlementError } from './settlement-error.js';

/** A column of any kind. */
export type Column = Float64Array | BigInt64Array | Uint8Array;

/** Columns of a value for every point and interval. */
const BY_CELL = [
  'importMilliwattHours',
  'exportMilliwattHours',
  'consumedMilliwattHours',
  'injectedMilliwattHours',
  'sharedInMilliwattHours',
  'sharedOutMilliwattHours',
  'ownSurplusMilliwattHours',
  'assignedOutMilliwattHours',
  'quality',
] as const;
/** Columns of a value for every interval. */
const BY_INTERVAL = ['sharedMilliwattHours', 'curtailedMilliwattHours', 'capacity'] as const;
const MARKET_BY_CELL = ['paidPico', 'earnedPico'] as const;
const MARKET_BY_INTERVAL = ['residualPico', 'buyersPrices', 'sellersPrices'] as const;

/**
 * A settled period without its contract: plain data that can be sent to another thread, whose buffers
 * can be transferred. What it was settled from, prices included, is made anew from the contract.
 */
export interface SettledColumns {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly intervals: number;
  /** By the names they have in a {@link SettledPeriod}; those of a market by theirs. */
  readonly columns: Readonly<Record<string, Column>>;
  /** The different firing sequences, and which of them each interval had. */
  readonly routes: readonly (readonly string[])[];
  readonly routeOf: Uint8Array;
}

/**
 * A settled period as plain columns: the same arrays, not copies.
 * @param cells whether the columns by metering point are among them; default true.
 */
export function settledColumns(settled: SettledPeriod, cells = true): SettledColumns {
  const { startMs, endMs, intervals, internalAmounts } = settled;
  const columns: Record<string, Column> = {};
  for (const name of [...(cells ? BY_CELL : []), ...BY_INTERVAL]) {
    const column = settled[name];
    if (column !== undefined) columns[name] = column;
  }
  for (const name of [...(cells ? MARKET_BY_CELL : []), ...MARKET_BY_INTERVAL]) {
    if (internalAmounts !== undefined) columns[name] = internalAmounts[name];
  }
  const known = new Map<string, number>();
  const routes: (readonly string[])[] = [];
  const routeOf = new Uint8Array(intervals);
  for (let interval = 0; interval < intervals; interval++) {
    const route = settled.firings(interval);
    const key = route.join();
    let index = known.get(key);
    if (index === undefined) {
      index = routes.length;
      known.set(key, index);
      routes.push(route);
    }
    routeOf[interval] = index;
  }
  return { startMs, endMs, intervals, columns, routes, routeOf };
}

/**
 * Puts the parts of a period together, settled apart by contracts of the same community for their own
 * stretches of it: what settling the whole at once gives, value by value.
 * @param contract of the whole period.
 * @param parts in any order, with their columns by metering point.
 * @throws SettlementError `bad-period` unless the parts fill the period without overlap.
 */
export function joinSettled(
  contract: SettlementContract,
  parts: readonly SettledColumns[],
): SettledPeriod {
  const inOrder = partsInOrder(contract, parts);
  const { pointIds } = contract;
  const cells = joinedFields(inOrder, BY_CELL, contract.intervals * pointIds.length);
  const marketCells = joinedFields(inOrder, MARKET_BY_CELL, contract.intervals * pointIds.length);
  const { internalAmounts, ...outline } = joinOutline(contract, inOrder);
  return {
    ...(cells as Pick<SettledPeriod, (typeof BY_CELL)[number]>),
    ...outline,
    ...(internalAmounts && {
      internalAmounts: {
        ...(marketCells as Pick<InternalAmounts, (typeof MARKET_BY_CELL)[number]>),
        ...internalAmounts,
      },
    }),
  };
}

/** {@link joinSettled} without the columns by metering point. @param parts as {@link partsInOrder} gives them. */
export function joinOutline(
  contract: SettlementContract,
  parts: readonly SettledColumns[],
): SettledOutline {
  const { startMs, resolutionMs, intervals } = contract;
  const market = joinedFields(parts, MARKET_BY_INTERVAL, intervals);
  return {
    ...(joinedFields(parts, BY_INTERVAL, intervals) as Pick<
      SettledPeriod,
      (typeof BY_INTERVAL)[number]
    >),
    ...contractFields(contract),
    ...('residualPico' in market && {
      internalAmounts: market as Pick<InternalAmounts, (typeof MARKET_BY_INTERVAL)[number]>,
    }),
    firings(interval) {
      const atMs = startMs + interval * resolutionMs;
      const part = parts.find((one) => atMs >= one.startMs && atMs < one.endMs);
      const own = part && (atMs - part.startMs) / resolutionMs;
      return part?.routes[part.routeOf[own ?? -1] ?? -1] ?? [];
    },
  };
}

/**
 * The parts of a period by their start.
 * @throws SettlementError `bad-period` unless they fill it without overlap.
 */
export function partsInOrder<P extends SettledColumns>(
  { startMs, endMs, resolutionMs }: SettlementContract,
  parts: readonly P[],
): readonly P[] {
  const inOrder = [...parts].sort((a, b) => a.startMs - b.startMs);
  let reached = startMs;
  for (const part of inOrder) {
    if (part.startMs !== reached || (part.endMs - part.startMs) / resolutionMs !== part.intervals) {
      break;
    }
    reached = part.endMs;
  }
  if (reached === endMs) return inOrder;
  throw new SettlementError(
    'bad-period',
    `parts: they fill the period up to ${formatInstant(reached)} without gap or overlap, expected up to ${formatInstant(endMs)}`,
  );
}

function joinedFields(
  parts: readonly SettledColumns[],
  names: readonly string[],
  length: number,
): Record<string, Column> {
  const joined: Record<string, Column> = {};
  for (const name of names) {
    const columns = parts.flatMap(({ columns: own }) => own[name] ?? []);
    if (columns.length > 0) joined[name] = joinedColumn(columns, length);
  }
  return joined;
}

/** Columns one after the other. */
export function joinedColumn(columns: readonly Column[], length: number): Column {
  const [first] = columns;
  const whole = new ((first ?? new Uint8Array(0)).constructor as new (length: number) => Column)(
    length,
  );
  let at = 0;
  for (const column of columns) {
    (whole as Float64Array).set(column as Float64Array, at);
    at += column.length;
  }
  return whole;
}
