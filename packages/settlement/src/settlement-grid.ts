import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import type { SettlementContract } from './settlement-contract.js';
import { SettlementError } from './settlement-error.js';

/**
 * The validated intervals of a period as dense columns: the value of point `p` in interval `t` lies
 * at `t * points.length + p`. What `intervalGrid` of the metering package makes fits.
 */
export interface SettlementGrid {
  /** Metering points in id order: exactly the community's. */
  readonly points: readonly string[];
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
  /** Gross, whole mWh; NaN where the quality is missing. */
  readonly importMilliwattHours: Float64Array;
  /** Gross, whole mWh; NaN where the quality is missing. */
  readonly exportMilliwattHours: Float64Array;
  /** Index into INTERVAL_QUALITIES of the events package. */
  readonly quality: Uint8Array;
}

/** The quality of an interval without energy. */
export const MISSING_QUALITY = INTERVAL_QUALITIES.indexOf('missing');

/** @throws SettlementError `bad-grid` unless points, span and lengths are those of the contract. */
export function checkGrid(contract: SettlementContract, grid: SettlementGrid): void {
  const refuse = (what: string): never => {
    throw new SettlementError('bad-grid', `grid: ${what}`);
  };
  const { pointIds, startMs, endMs, resolutionMs, intervals } = contract;
  if (grid.resolutionMs !== resolutionMs) {
    refuse(`resolution ${grid.resolutionMs} ms, expected ${formatResolution(resolutionMs)}`);
  }
  if (grid.startMs !== startMs || grid.endMs !== endMs) {
    refuse(
      `it goes from ${formatInstant(grid.startMs)} to ${formatInstant(grid.endMs)}, expected ${formatInstant(startMs)} to ${formatInstant(endMs)}`,
    );
  }
  const wrong = pointIds.findIndex((id, index) => grid.points[index] !== id);
  if (wrong !== -1) {
    refuse(
      `points[${wrong}] is ${grid.points[wrong] ?? 'absent'}, expected ${pointIds[wrong] ?? ''}`,
    );
  }
  if (grid.points.length !== pointIds.length) {
    refuse(`it has ${grid.points.length} points, expected the community's ${pointIds.length}`);
  }
  const length = intervals * pointIds.length;
  for (const field of ['importMilliwattHours', 'exportMilliwattHours', 'quality'] as const) {
    if (grid[field].length !== length) {
      refuse(`${field} has ${grid[field].length} values, expected ${length}`);
    }
  }
}
