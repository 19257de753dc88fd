import { formatInstant, type EpochMs } from '@microgrid/units';
import type { InternalAmounts, SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';
import { SettlementError } from './settlement-error.js';

type Column = Float64Array | BigInt64Array | Uint8Array;

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

/** A settled period as plain columns: the same arrays, not copies. */
export function settledColumns(settled: SettledPeriod): SettledColumns {
  const { startMs, endMs, intervals, internalAmounts } = settled;
  const columns: Record<string, Column> = {};
  for (const name of [...BY_CELL, ...BY_INTERVAL]) {
    const column = settled[name];
    if (column !== undefined) columns[name] = column;
  }
  for (const name of [...MARKET_BY_CELL, ...MARKET_BY_INTERVAL]) {
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
 * @param parts in any order.
 * @throws SettlementError `bad-period` unless the parts fill the period without overlap.
 */
export function joinSettled(
  contract: SettlementContract,
  parts: readonly SettledColumns[],
): SettledPeriod {
  const inOrder = [...parts].sort((a, b) => a.startMs - b.startMs);
  checkParts(contract, inOrder);
  const { pointIds, startMs, endMs, resolutionMs, intervals } = contract;
  const joined = new Map<string, Column>();
  for (const name of Object.keys(inOrder[0]?.columns ?? {})) {
    joined.set(name, joinColumn(name, inOrder, contract));
  }
  const amounts = Object.fromEntries(
    [...MARKET_BY_CELL, ...MARKET_BY_INTERVAL].map((name) => [name, joined.get(name)]),
  );
  const energies = Object.fromEntries(
    [...BY_CELL, ...BY_INTERVAL].flatMap((name) =>
      joined.has(name) ? [[name, joined.get(name)] as const] : [],
    ),
  );
  return {
    ...(energies as unknown as Pick<SettledPeriod, (typeof BY_CELL)[number]>),
    ...(energies as unknown as Pick<SettledPeriod, (typeof BY_INTERVAL)[number]>),
    contract,
    points: pointIds,
    members: contract.members,
    memberOfPoint: contract.memberOfPoint,
    startMs,
    endMs,
    resolutionMs,
    intervals,
    prices: contract.prices,
    ...(joined.has('paidPico') && { internalAmounts: amounts as unknown as InternalAmounts }),
    firings(interval) {
      const atMs = startMs + interval * resolutionMs;
      const part = inOrder.find((one) => atMs >= one.startMs && atMs < one.endMs);
      const own = part && (atMs - part.startMs) / resolutionMs;
      return part?.routes[part.routeOf[own ?? -1] ?? -1] ?? [];
    },
  };
}

function checkParts(
  { startMs, endMs, resolutionMs }: SettlementContract,
  parts: readonly SettledColumns[],
): void {
  let reached = startMs;
  for (const part of parts) {
    if (part.startMs !== reached || (part.endMs - part.startMs) / resolutionMs !== part.intervals) {
      break;
    }
    reached = part.endMs;
  }
  if (reached === endMs) return;
  throw new SettlementError(
    'bad-period',
    `parts: they fill the period up to ${formatInstant(reached)} without gap or overlap, expected up to ${formatInstant(endMs)}`,
  );
}

function joinColumn(
  name: string,
  parts: readonly SettledColumns[],
  { intervals, pointIds }: SettlementContract,
): Column {
  const byCell = [...BY_CELL, ...MARKET_BY_CELL].some((one) => one === name);
  const width = byCell ? pointIds.length : 1;
  const first = parts[0]?.columns[name] as Column;
  const whole = new (first.constructor as new (length: number) => Column)(intervals * width);
  let at = 0;
  for (const part of parts) {
    (whole as Float64Array).set(part.columns[name] as Float64Array, at);
    at += part.intervals * width;
  }
  return whole;
}
