import { communityPoints, type Community, type CommunityPoint } from '@microgrid/community';
import { priceSeries } from '@microgrid/tariff';
import { compareIds, formatInstant, parseResolution, type EpochMs } from '@microgrid/units';
import { startOfLocalDay } from '@microgrid/units/calendar';
import { limitMilliwattHours } from './capacity-limit.js';
import { SettlementError } from './settlement-error.js';
import { sharingRule, type SharingRule } from './sharing-rule.js';

/** Prices of each interval of a period, in micro-currency per kWh. */
export interface IntervalPrices {
  readonly import: Float64Array;
  readonly export: Float64Array;
  readonly internal: Float64Array;
}

/** A community's rules worked out for one period: everything the net asks per interval is a number. */
export interface SettlementContract {
  readonly community: Community;
  /** In id order: the order of every column. */
  readonly points: readonly CommunityPoint[];
  readonly pointIds: readonly string[];
  /** In id order. */
  readonly members: readonly string[];
  /** Position in `members` of each point's member. */
  readonly memberOfPoint: Int32Array;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
  readonly intervals: number;
  /** First instant of each point's part in sharing; -Infinity without. */
  readonly validFromMs: Float64Array;
  /** First instant after each point's part in sharing; Infinity without. */
  readonly validToMs: Float64Array;
  /** Most import of each point that takes part in one interval, mWh; absent when no point has a limit. */
  readonly importLimits?: Float64Array;
  /** Most export of each point that takes part in one interval, mWh; absent when no point has a limit. */
  readonly exportLimits?: Float64Array;
  /** Most energy shared in one interval, mWh; Infinity without a transformer limit. */
  readonly transformerLimit: number;
  readonly rule: SharingRule;
  readonly prices: IntervalPrices;
}

/**
 * Works a community's rules out for a period.
 * @throws SettlementError `bad-period` unless the period is a whole number of aligned intervals;
 *   TariffError `unaligned-period` when a price changes inside an interval.
 */
export function settlementContract(
  community: Community,
  period: { readonly startMs: EpochMs; readonly endMs: EpochMs },
): SettlementContract {
  const { startMs, endMs } = period;
  const resolutionMs = parseResolution(community.resolution);
  const intervals = (endMs - startMs) / resolutionMs;
  if (!Number.isInteger(intervals) || intervals < 1 || startMs % resolutionMs !== 0) {
    throw new SettlementError(
      'bad-period',
      `period ${formatInstant(startMs)} to ${formatInstant(endMs)}: expected a whole number of ${community.resolution} intervals that begin at whole multiples of it`,
    );
  }
  const points = communityPoints(community);
  const pointIds = points.map(({ id }) => id);
  const members = community.members.map(({ id }) => id).sort(compareIds);
  const position = new Map(members.map((id, index) => [id, index]));
  const { timeZone, transformer, prices } = community;
  const midnight = (date: string | undefined, none: number): number =>
    date === undefined ? none : startOfLocalDay(timeZone, date);
  const series = (tariff: Community['prices']['import']): Float64Array =>
    priceSeries(tariff, timeZone, startMs, endMs, resolutionMs);
  return {
    community,
    points,
    pointIds,
    members,
    memberOfPoint: Int32Array.from(points, ({ member }) => position.get(member) ?? -1),
    startMs,
    endMs,
    resolutionMs,
    intervals,
    validFromMs: Float64Array.from(points, ({ validFrom }) => midnight(validFrom, -Infinity)),
    validToMs: Float64Array.from(points, ({ validTo }) => midnight(validTo, Infinity)),
    ...pointLimits(points, resolutionMs),
    transformerLimit: limitMilliwattHours(
      transformer?.limitKilovoltAmperes,
      transformer?.powerFactor,
      resolutionMs,
    ),
    rule: sharingRule(community.sharingKey, pointIds),
    prices: {
      import: series(prices.import),
      export: series(prices.export),
      internal: series(prices.internal),
    },
  };
}

function pointLimits(
  points: readonly CommunityPoint[],
  resolutionMs: number,
): Pick<SettlementContract, 'importLimits' | 'exportLimits'> {
  const limits = (field: 'importLimitKilovoltAmperes' | 'exportLimitKilovoltAmperes') =>
    Float64Array.from(points, (point) =>
      limitMilliwattHours(point[field], point.powerFactor, resolutionMs),
    );
  const importLimits = limits('importLimitKilovoltAmperes');
  const exportLimits = limits('exportLimitKilovoltAmperes');
  return {
    ...(importLimits.some(Number.isFinite) && { importLimits }),
    ...(exportLimits.some(Number.isFinite) && { exportLimits }),
  };
}
