import { formatInstant, type Allocator } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import type { KeyNode, NodeContext } from './key-node.js';
import type { PeriodClock } from './period-clock.js';

/** Energies stated for a period: whole mWh by interval and point, or undefined for an interval without. */
export type GivenEnergies = (interval: number) => Float64Array | undefined;

/** Energies that were decided elsewhere and are given afterwards: checked and taken as they are. */
export class GivenNode implements KeyNode {
  private readonly allocator: Allocator;
  private readonly limits: NodeContext['limits'];

  constructor(
    private readonly ids: readonly string[],
    private readonly given: GivenEnergies,
    private readonly clock: PeriodClock,
    { allocator, limits }: NodeContext,
  ) {
    this.allocator = allocator;
    this.limits = limits;
  }

  share(
    interval: number,
    claims: Float64Array,
    _total: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number {
    const given = this.given(interval);
    if (given === undefined) {
      throw this.refused(
        interval,
        'no allocation is given for it, expected one for every interval',
      );
    }
    let shared = 0;
    for (let index = 0; index < claims.length; index++) {
      const energy = given[index] as number;
      const claim = claims[index] as number;
      if (energy > claim && !this.limits.cut) {
        throw this.refused(
          interval,
          `${this.ids[index] ?? ''} is given ${energy} mWh, expected at most its claim of ${claim} mWh`,
        );
      }
      const share = energy < claim ? energy : claim;
      shares[index] = share;
      shared += share;
    }
    if (shared > pool) {
      if (!this.limits.cut) {
        throw this.refused(
          interval,
          `${shared} mWh are given together, expected at most the ${pool} mWh of the pool`,
        );
      }
      this.allocator.allocate(pool, shares, shared, shares);
      shared = pool;
    }
    parts?.set(shares);
    return shared;
  }

  reach(interval: number, mask: Uint8Array): void {
    const given = this.given(interval);
    for (let index = 0; index < mask.length; index++) {
      if ((given?.[index] ?? 0) > 0) mask[index] = 1;
    }
  }

  private refused(interval: number, what: string): SettlementError {
    const { startMs, resolutionMs } = this.clock;
    return new SettlementError(
      'bad-allocation',
      `allocation of ${formatInstant(startMs + interval * resolutionMs)}: ${what}`,
    );
  }
}
