import {
  communityHolidays,
  communityPoints,
  limitPrice,
  type Community,
  type CommunityPoint,
  type ContractFiles,
  type MarketKey,
} from '@microgrid/community';
import {
  marketFromFiles,
  priceSeries,
  seriesNames,
  type MarketSeriesByName,
  type Tariff,
} from '@microgrid/tariff';
import {
  compareIds,
  formatInstant,
  parsePrice,
  parseResolution,
  type EpochMs,
  type MicroPerKilowattHour,
} from '@microgrid/units';
import { startOfLocalDay } from '@microgrid/units/calendar';
import { limitMilliwattHours } from './capacity-limit.js';
import { SettlementError } from './settlement-error.js';
import { BroughtIn } from './sharing/brought-in.js';
import { compileKey } from './sharing/compile-key.js';
import { ContractFileSeries } from './sharing/contract-file-series.js';
import { ExportBounds, type StatesOfCharge } from './sharing/export-bounds.js';
import type { LimitPriceColumns } from './sharing/market-sharing.js';
import { PeriodClock } from './sharing/period-clock.js';
import type { SharingRule } from './sharing/sharing-rule.js';
import { StandingSchedule } from './sharing/standing.js';

/** Prices of each interval of a period, in micro-currency per kWh. */
export interface IntervalPrices {
  readonly import: Float64Array;
  readonly export: Float64Array;
  readonly internal: Float64Array;
}

/** What a contract refers to and does not hold itself. */
export interface ContractInputs {
  /** Texts of the files that the contract names. */
  readonly files?: ContractFiles;
  /** What reserve levels ask for. */
  readonly statesOfCharge?: StatesOfCharge;
  /** Puts prices that are known beside the contract in the place of its own. Default: none are. */
  readonly knownPrices?: (listed: IntervalPrices) => IntervalPrices;
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
  /** What each point brings into sharing. */
  readonly broughtIn: BroughtIn;
  /** The key with its slots; it keeps columns of its own, so one interval is shared at a time. */
  readonly rule: SharingRule;
  readonly prices: IntervalPrices;
  /** Day-ahead prices that the contract's tariffs and charges follow, from its files. */
  readonly market: MarketSeriesByName;
}

/**
 * Works a community's rules out for a period.
 * @throws SettlementError `bad-period` unless the period is a whole number of aligned intervals;
 *   `bad-key`, `bad-coefficients` for a key that cannot be run; `out-of-range` for a price outside the
 *   contract's limits; CommunityError `invalid-file` for a file of the contract; TariffError `unaligned-period` when a price changes
 *   inside an interval, `missing-price` for a day-ahead price that the files do not give.
 */
export function settlementContract(
  community: Community,
  period: { readonly startMs: EpochMs; readonly endMs: EpochMs },
  { files = new Map(), statesOfCharge = new Map(), knownPrices }: ContractInputs = {},
): SettlementContract {
  const { startMs, endMs } = period;
  const resolutionMs = parseResolution(community.resolution);
  const intervals = intervalCount(community, period, resolutionMs);
  const points = communityPoints(community);
  const pointIds = points.map(({ id }) => id);
  const members = community.members.map(({ id }) => id).sort(compareIds);
  const position = new Map(members.map((id, index) => [id, index]));
  const { timeZone, transformer } = community;
  const midnight = (date: string | undefined, none: number): number =>
    date === undefined ? none : startOfLocalDay(timeZone, date);
  const market = marketFromFiles(seriesNames(community), files);
  const prices = intervalPrices(community, { startMs, endMs, resolutionMs, knownPrices, market });
  const clock = new PeriodClock(timeZone, startMs, resolutionMs, intervals);
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
    broughtIn: new BroughtIn(
      points,
      new StandingSchedule(community, points),
      new ExportBounds(community, points, clock, statesOfCharge),
    ),
    rule: compileKey({
      key: community.sharingKey,
      unused: community.unused ?? 'grid',
      plants: community.plants?.by ?? 'injection',
      holidays: communityHolidays(community),
      points,
      clock,
      series: new ContractFileSeries(files, community, clock),
      internalPrices: prices.internal,
      limitPrices: (key) => limitPrices(community, key, pointIds, { prices, endMs, market }, clock),
    }),
    prices,
    market,
  };
}

function intervalCount(
  community: Community,
  { startMs, endMs }: { readonly startMs: EpochMs; readonly endMs: EpochMs },
  resolutionMs: number,
): number {
  const intervals = (endMs - startMs) / resolutionMs;
  if (Number.isInteger(intervals) && intervals >= 1 && startMs % resolutionMs === 0) {
    return intervals;
  }
  throw new SettlementError(
    'bad-period',
    `period ${formatInstant(startMs)} to ${formatInstant(endMs)}: expected a whole number of ${community.resolution} intervals that begin at whole multiples of it`,
  );
}

/** The three prices; the internal one within the contract's limits. */
function intervalPrices(
  { prices, timeZone, priceLimits }: Community,
  {
    startMs,
    endMs,
    resolutionMs,
    knownPrices = (listed) => listed,
    market,
  }: {
    readonly startMs: EpochMs;
    readonly endMs: EpochMs;
    readonly resolutionMs: number;
    readonly knownPrices: ContractInputs['knownPrices'];
    readonly market: MarketSeriesByName;
  },
): IntervalPrices {
  const series = (tariff: Tariff): Float64Array =>
    priceSeries(tariff, timeZone, startMs, endMs, resolutionMs, { market });
  const all = knownPrices({
    import: series(prices.import),
    export: series(prices.export),
    internal: series(prices.internal),
  });
  if (priceLimits === undefined) return all;
  for (let interval = 0; interval < all.internal.length; interval++) {
    const { price, verdict } = limitPrice(priceLimits, {
      import: all.import[interval] as MicroPerKilowattHour,
      export: all.export[interval] as MicroPerKilowattHour,
      internal: all.internal[interval] as MicroPerKilowattHour,
    });
    if (verdict.outcome !== 'eligible') {
      throw new SettlementError(
        'out-of-range',
        `interval ${formatInstant(startMs + interval * resolutionMs)}: ${verdict.reason}`,
      );
    }
    all.internal[interval] = price;
  }
  return all;
}

/**
 * Every point's limit prices in a market; a point that names none bids and asks its prices outside. The
 * contract's price limits hold for all of them, so that no trade is priced outside.
 */
function limitPrices(
  community: Community,
  { bids = {}, asks = {} }: MarketKey,
  pointIds: readonly string[],
  {
    prices,
    endMs,
    market,
  }: {
    readonly prices: IntervalPrices;
    readonly endMs: EpochMs;
    readonly market: MarketSeriesByName;
  },
  { startMs, resolutionMs }: PeriodClock,
): LimitPriceColumns {
  const { priceLimits, timeZone } = community;
  const own = (tariff: Tariff | undefined, outside: Float64Array): Float64Array =>
    tariff === undefined
      ? outside
      : priceSeries(tariff, timeZone, startMs, endMs, resolutionMs, { market });
  const bound = (text: string | undefined): ((interval: number) => number) | undefined => {
    if (text === undefined) return undefined;
    if (text === 'import' || text === 'export') return (interval) => prices[text][interval] ?? NaN;
    const price = parsePrice(text);
    return () => price;
  };
  const most = bound(priceLimits?.maximum);
  const least = bound(priceLimits?.minimum);
  const bid = (series: Float64Array): Float64Array =>
    most === undefined ? series : series.map((price, at) => Math.min(price, most(at)));
  const ask = (series: Float64Array): Float64Array =>
    least === undefined ? series : series.map((price, at) => Math.max(price, least(at)));
  return {
    bids: pointIds.map((id) => bid(own(bids[id], prices.import))),
    asks: pointIds.map((id) => ask(own(asks[id], prices.export))),
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
