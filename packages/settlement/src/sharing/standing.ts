import {
  eligibilityPeriods,
  type Community,
  type CommunityPoint,
  type EligibilityPeriod,
} from '@microgrid/community';
import { startOfLocalDay } from '@microgrid/units/calendar';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';

/** What each point may do in the community from one instant to another; 1 or 0 by point. */
export interface Standing {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Whether it takes part at all: its intervals must not be missing. */
  readonly takesPart: Uint8Array;
  readonly claims: Uint8Array;
  readonly offers: Uint8Array;
  /** Part of each point's energy that is in this community, whole percent. */
  readonly percent: Uint8Array;
  /** Whether every point claims and offers all it has. */
  readonly whole: boolean;
  /** Whether every point takes part. */
  readonly everyone: boolean;
  /** Whether every percent is 100. */
  readonly undivided: boolean;
}

interface PointPeriod {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly claims: 'yes' | 'no' | 'stop';
  readonly offers: 'yes' | 'no' | 'stop';
  readonly percent: number;
  readonly reason: string;
}

/** Each point's standing over time; it changes at local midnights only. */
export class StandingSchedule {
  private readonly periods: readonly (readonly PointPeriod[])[];
  private last: Standing | undefined;

  constructor(
    community: Community,
    private readonly points: readonly CommunityPoint[],
  ) {
    const midnights = new Map<string, EpochMs>();
    const midnight = (day: string | undefined, none: number): EpochMs => {
      if (day === undefined) return none;
      const known = midnights.get(day) ?? startOfLocalDay(community.timeZone, day);
      midnights.set(day, known);
      return known;
    };
    this.periods = points.map((point) =>
      pointPeriods(community, point, points).map((period) => ({
        fromMs: midnight(period.from, -Infinity),
        toMs: midnight(period.to, Infinity),
        claims: period.claims,
        offers: period.offers,
        percent: period.participationPercent,
        reason: period.claims === 'stop' ? period.claim.reason : period.offer.reason,
      })),
    );
  }

  /** @throws SettlementError `not-evaluable` where a rule cannot be asked and the contract stops then. */
  at(ms: EpochMs): Standing {
    const { last } = this;
    if (last !== undefined && ms >= last.fromMs && ms < last.toMs) return last;
    this.last = this.standingAt(ms);
    return this.last;
  }

  private standingAt(ms: EpochMs): Standing {
    const size = this.points.length;
    const takesPart = new Uint8Array(size);
    const claims = new Uint8Array(size);
    const offers = new Uint8Array(size);
    const percent = new Uint8Array(size);
    let fromMs = -Infinity;
    let toMs = Infinity;
    for (const [position, periods] of this.periods.entries()) {
      const period = periods.find((one) => ms >= one.fromMs && ms < one.toMs);
      if (period === undefined) continue;
      if (period.claims === 'stop' || period.offers === 'stop') this.stop(position, ms, period);
      claims[position] = period.claims === 'yes' ? 1 : 0;
      offers[position] = period.offers === 'yes' ? 1 : 0;
      takesPart[position] = period.claims === 'yes' || period.offers === 'yes' ? 1 : 0;
      percent[position] = period.percent;
      fromMs = Math.max(fromMs, period.fromMs);
      toMs = Math.min(toMs, period.toMs);
    }
    const undivided = percent.every((value) => value === 100);
    const all = (column: Uint8Array): boolean => column.every((value) => value === 1);
    return {
      fromMs,
      toMs,
      takesPart,
      claims,
      offers,
      percent,
      whole: undivided && all(claims) && all(offers),
      everyone: all(takesPart),
      undivided,
    };
  }

  private stop(position: number, ms: EpochMs, { reason }: PointPeriod): never {
    throw new SettlementError(
      'not-evaluable',
      `${this.points[position]?.id ?? ''} at ${formatInstant(ms)}: ${reason}; the contract stops a run then: add what is absent, or let it refuse or accept such points`,
    );
  }
}

const PLAIN = { claims: 'yes', offers: 'yes', participationPercent: 100 } as const;
const OUTSIDE = { claims: 'no', offers: 'no', participationPercent: 100 } as const;
const SAID = { claim: { reason: '' }, offer: { reason: '' } } as const;

type Period = Pick<
  EligibilityPeriod,
  'from' | 'to' | 'claims' | 'offers' | 'participationPercent'
> & {
  readonly claim: { readonly reason: string };
  readonly offer: { readonly reason: string };
};

/** A point that no rule but its validity asks about is told at once: communities have thousands. */
function pointPeriods(
  community: Community,
  point: CommunityPoint,
  points: readonly CommunityPoint[],
): readonly Period[] {
  const { role, participation, validFrom, validTo } = point;
  const ruled = community.exportEligibility !== undefined || participation !== undefined;
  if (ruled || role === 'producer' || role === 'consumer') {
    return eligibilityPeriods(community, point, points);
  }
  return [
    ...(validFrom === undefined ? [] : [{ to: validFrom, ...OUTSIDE, ...SAID }]),
    {
      ...(validFrom !== undefined && { from: validFrom }),
      ...(validTo !== undefined && { to: validTo }),
      ...PLAIN,
      ...SAID,
    },
    ...(validTo === undefined ? [] : [{ from: validTo, ...OUTSIDE, ...SAID }]),
  ];
}
