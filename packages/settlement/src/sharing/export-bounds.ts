import {
  exportConstraintMilliwattHours,
  reserveVerdict,
  type Community,
  type CommunityPoint,
  type StateOfCharge,
} from '@microgrid/community';
import { formatInstant } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import type { PeriodClock } from './period-clock.js';

/** States of charge of storage points: at the end of each interval of the period, by position. */
export type StatesOfCharge = ReadonlyMap<string, readonly (StateOfCharge | undefined)[]>;

/** The most that each point may offer in each interval, as contract rules say: constraints, reserves. */
export class ExportBounds {
  private readonly bounds: Float64Array;

  constructor(
    private readonly community: Pick<Community, 'exportConstraints' | 'reserveLevels'>,
    private readonly points: readonly CommunityPoint[],
    private readonly clock: PeriodClock,
    private readonly charge: StatesOfCharge,
  ) {
    this.bounds = new Float64Array(points.length);
  }

  /**
   * The bounds of an interval, mWh, Infinity without; undefined where the contract has none at all.
   * Good until it is asked again.
   * @throws SettlementError `not-evaluable` where a reserve cannot be checked and the contract stops then.
   */
  at(interval: number): Float64Array | undefined {
    const { exportConstraints, reserveLevels } = this.community;
    if (exportConstraints === undefined && reserveLevels === undefined) return undefined;
    const { bounds, points, clock } = this;
    const local = clock.local(interval);
    for (const [position, { id }] of points.entries()) {
      const bound = exportConstraintMilliwattHours(
        exportConstraints,
        id,
        local,
        clock.resolutionMs,
      );
      bounds[position] = this.keepsReserve(id, interval, local.date) ? bound : 0;
    }
    return bounds;
  }

  private keepsReserve(point: string, interval: number, date: string): boolean {
    const { reserveLevels } = this.community;
    if (reserveLevels === undefined) return true;
    const state = this.charge.get(point)?.[interval];
    const { offers, verdict } = reserveVerdict(reserveLevels, point, date, state);
    if (offers !== 'stop') return offers === 'yes';
    const { startMs, resolutionMs } = this.clock;
    throw new SettlementError(
      'not-evaluable',
      `${point} at ${formatInstant(startMs + (interval + 1) * resolutionMs)}: ${verdict.reason}; the contract stops a run then: give a signed state of charge, or let it refuse or accept the export`,
    );
  }
}
