import {
  exportConstraintMilliwattHours,
  reserveVerdict,
  type Community,
  type CommunityPoint,
  type ExportConstraint,
  type StateOfCharge,
} from '@microgrid/community';
import { formatInstant } from '@microgrid/units';
import type { LocalTime } from '@microgrid/units/calendar';
import { SettlementError } from '../settlement-error.js';
import type { PeriodClock } from './period-clock.js';

/** States of charge of storage points: at the end of each interval of the period, by position. */
export type StatesOfCharge = ReadonlyMap<string, readonly (StateOfCharge | undefined)[]>;

/** A constraint with the positions of the points it holds for. */
interface PlacedConstraint {
  readonly positions: Int32Array;
  /** The constraint alone, asked once an interval for all its points. */
  readonly alone: readonly ExportConstraint[];
}

/** The most that each point may offer in each interval, as contract rules say: constraints, reserves. */
export class ExportBounds {
  private readonly bounds: Float64Array;
  private readonly constraints: readonly PlacedConstraint[];
  /** Positions of the points that reserve levels name. */
  private readonly reserved: Int32Array;

  constructor(
    private readonly community: Pick<Community, 'exportConstraints' | 'reserveLevels'>,
    private readonly points: readonly CommunityPoint[],
    private readonly clock: PeriodClock,
    private readonly charge: StatesOfCharge,
  ) {
    const { exportConstraints = [], reserveLevels = [] } = community;
    this.bounds = new Float64Array(points.length);
    const positionsOf = (holds: (id: string) => boolean): Int32Array =>
      Int32Array.from(points.flatMap(({ id }, position) => (holds(id) ? [position] : [])));
    this.constraints = exportConstraints.map((constraint) => {
      const { points: named, ...alone } = constraint;
      const ids = named && new Set(named);
      return { positions: positionsOf((id) => ids?.has(id) ?? true), alone: [alone] };
    });
    const named = new Set(reserveLevels.map(({ point }) => point));
    this.reserved = positionsOf((id) => named.has(id));
  }

  /**
   * The bounds of an interval, mWh, Infinity without; undefined where the contract has none at all.
   * Good until it is asked again.
   * @throws SettlementError `not-evaluable` where a reserve cannot be checked and the contract stops then.
   */
  at(interval: number): Float64Array | undefined {
    const { exportConstraints, reserveLevels } = this.community;
    if (exportConstraints === undefined && reserveLevels === undefined) return undefined;
    const { bounds, constraints, reserved, clock } = this;
    const local = clock.local(interval);
    bounds.fill(Infinity);
    for (let index = 0; index < constraints.length; index++) {
      this.constrain(constraints[index] as PlacedConstraint, local);
    }
    for (let index = 0; index < reserved.length; index++) {
      const position = reserved[index] as number;
      if (!this.keepsReserve(position, interval, local.date)) bounds[position] = 0;
    }
    return bounds;
  }

  private constrain({ positions, alone }: PlacedConstraint, local: LocalTime): void {
    const { bounds, clock } = this;
    const bound = exportConstraintMilliwattHours(alone, '', local, clock.resolutionMs);
    if (bound === Infinity) return;
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index] as number;
      bounds[position] = Math.min(bounds[position] as number, bound);
    }
  }

  private keepsReserve(position: number, interval: number, date: string): boolean {
    const point = this.points[position]?.id ?? '';
    const state = this.charge.get(point)?.[interval];
    const { offers, verdict } = reserveVerdict(this.community.reserveLevels, point, date, state);
    if (offers !== 'stop') return offers === 'yes';
    const { startMs, resolutionMs } = this.clock;
    throw new SettlementError(
      'not-evaluable',
      `${point} at ${formatInstant(startMs + (interval + 1) * resolutionMs)}: ${verdict.reason}; the contract stops a run then: give a signed state of charge, or let it refuse or accept the export`,
    );
  }
}
