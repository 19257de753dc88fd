import {
  dominantDirection,
  participatingMilliwattHours,
  type CommunityPoint,
} from '@microgrid/community';
import type { ExportBounds } from './export-bounds.js';
import type { Standing, StandingSchedule } from './standing.js';

/**
 * What each point brings into sharing: its net energy times its participation factor, if it may claim
 * or offer then, storage on the side of its larger flow only, export at most what the contract lets out.
 */
export class BroughtIn {
  /** 1 for storage points; absent without any. */
  private readonly storage: Uint8Array | undefined;

  constructor(
    points: readonly CommunityPoint[],
    readonly standing: StandingSchedule,
    private readonly bounds: ExportBounds,
  ) {
    const storage = Uint8Array.from(points, ({ role }) => (role === 'storage' ? 1 : 0));
    if (storage.includes(1)) this.storage = storage;
  }

  /** The bounds of an interval's offers, if the contract has any. */
  boundsAt(interval: number): Float64Array | undefined {
    return this.bounds.at(interval);
  }

  /** Whether all that is left after netting is claimed and offered. */
  isWhole(standing: Standing, bounds: Float64Array | undefined): boolean {
    return standing.whole && this.storage === undefined && bounds === undefined;
  }

  fill(
    standing: Standing,
    bounds: Float64Array | undefined,
    imports: Float64Array,
    exports: Float64Array,
    claimed: Float64Array,
    offered: Float64Array,
  ): void {
    const { storage } = this;
    for (let point = 0; point < claimed.length; point++) {
      const percent = standing.percent[point] as number;
      let claim = participatingMilliwattHours(imports[point] as number, percent);
      let offer = participatingMilliwattHours(exports[point] as number, percent);
      if (storage !== undefined && storage[point] === 1) {
        const direction = dominantDirection(imports[point] as number, exports[point] as number);
        if (direction !== 'consumer') claim = 0;
        if (direction !== 'producer') offer = 0;
      }
      claimed[point] = standing.claims[point] === 1 ? claim : 0;
      offered[point] =
        standing.offers[point] === 1 ? Math.min(offer, bounds?.[point] ?? Infinity) : 0;
    }
  }
}
