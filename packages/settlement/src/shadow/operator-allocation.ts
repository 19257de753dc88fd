import { INTERVAL_QUALITIES, type IntervalQuality } from '@microgrid/events';
import { compareIds, formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import type { SettlementContract } from '../settlement-contract.js';
import { SettlementError } from '../settlement-error.js';

/** What a point took from the pool, or gave to it. */
export type SharedFlow = 'sharedIn' | 'sharedOut';

/** One figure of the network operator's own allocation. */
export interface AllocatedInterval {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  /** Default `sharedIn`. */
  readonly flow?: SharedFlow;
  /** Absent: the operator says that it has none, which is not zero. */
  readonly allocatedMilliwattHours?: number;
  /** The readings the operator worked with, where it tells them: after netting. */
  readonly consumedMilliwattHours?: number;
  readonly injectedMilliwattHours?: number;
  /** Of those readings. */
  readonly quality?: IntervalQuality;
}

/** The network operator's allocation of a period. */
export interface OperatorAllocation {
  /** In any order. */
  readonly rows: Iterable<AllocatedInterval>;
  /** Last digit of its figures, mWh, as in 1000 for kWh with 3 decimals. */
  readonly unitMilliwattHours: number;
}

/** An allocation laid out like a settled period: NaN where nothing is said. */
export interface AllocationColumns {
  readonly sharedIn: Float64Array;
  readonly sharedOut: Float64Array;
  readonly consumed: Float64Array;
  readonly injected: Float64Array;
  /** Index into INTERVAL_QUALITIES; NO_QUALITY where nothing is said. */
  readonly quality: Uint8Array;
  /** 1 by position for points that the operator speaks of at all. */
  readonly named: Uint8Array;
  /** Figures of metering points that the contract does not have, by point, then start. */
  readonly unknown: readonly AllocatedInterval[];
  /** Figures of times outside the period. */
  readonly outside: number;
}

/** Stands for a quality that nobody told. */
export const NO_QUALITY = 255;

const ENERGIES = [
  'allocatedMilliwattHours',
  'consumedMilliwattHours',
  'injectedMilliwattHours',
] as const;

function checkRow(row: AllocatedInterval, resolutionMs: number): void {
  const at = `operator's allocation, ${row.meteringPoint} at ${formatInstant(row.startMs)}`;
  for (const field of ENERGIES) {
    const value = row[field];
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new SettlementError(
      'bad-value',
      `${at}: ${field}: got ${value}, expected whole mWh from 0`,
    );
  }
  if (row.startMs % resolutionMs === 0) return;
  throw new SettlementError(
    'bad-grid',
    `${at}: expected the start of an interval of ${formatResolution(resolutionMs)}`,
  );
}

/**
 * Lays an allocation out by interval and point of a contract.
 * @throws SettlementError `bad-value`, `bad-grid` for a start off the grid, `conflicting-inputs` for two
 *   different figures of one point, interval and flow.
 */
export function allocationColumns(
  { rows }: OperatorAllocation,
  { pointIds, startMs, endMs, resolutionMs, intervals }: SettlementContract,
): AllocationColumns {
  const size = pointIds.length;
  const column = (): Float64Array => new Float64Array(intervals * size).fill(NaN);
  const made = { sharedIn: column(), sharedOut: column(), consumed: column(), injected: column() };
  const quality = new Uint8Array(intervals * size).fill(NO_QUALITY);
  const named = new Uint8Array(size);
  const unknown: AllocatedInterval[] = [];
  const position = new Map(pointIds.map((id, index) => [id, index]));
  let outside = 0;
  const put = (
    into: Float64Array,
    cell: number,
    value: number | undefined,
    row: AllocatedInterval,
  ) => {
    if (value === undefined) return;
    const before = into[cell] as number;
    if (!Number.isNaN(before) && before !== value) {
      throw new SettlementError(
        'conflicting-inputs',
        `operator's allocation, ${row.meteringPoint} at ${formatInstant(row.startMs)}: got ${before} and ${value} mWh, expected one figure`,
      );
    }
    into[cell] = value;
  };
  for (const row of rows) {
    checkRow(row, resolutionMs);
    const point = position.get(row.meteringPoint);
    if (row.startMs < startMs || row.startMs >= endMs) outside++;
    else if (point === undefined) unknown.push(row);
    else {
      const cell = ((row.startMs - startMs) / resolutionMs) * size + point;
      named[point] = 1;
      put(made[row.flow ?? 'sharedIn'], cell, row.allocatedMilliwattHours, row);
      put(made.consumed, cell, row.consumedMilliwattHours, row);
      put(made.injected, cell, row.injectedMilliwattHours, row);
      if (row.quality !== undefined) quality[cell] = INTERVAL_QUALITIES.indexOf(row.quality);
    }
  }
  unknown.sort((a, b) => compareIds(a.meteringPoint, b.meteringPoint) || a.startMs - b.startMs);
  return { ...made, quality, named, unknown, outside };
}
