import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { bringIn } from './apply-rules.js';
import { pointCost, pointSharedMoney, pointSurplus, pricesAt } from './member-days.js';
import type { SettledPeriod } from './settled-period.js';
import { SettlementError } from './settlement-error.js';
import { explainKey, type ExplainedKey } from './sharing/explain-key.js';
import { Workspace } from './workspace.js';

/** One priced part of a point's interval; amounts are exact, decimal integers in strings. */
export interface ExplainedLine {
  /** `ownSurplus`: sold outside of the pool's part that stayed the member's; there where it is any. */
  readonly line: 'supply' | 'sharedIn' | 'sharedOut' | 'surplus' | 'ownSurplus';
  readonly energyMilliwattHours: number;
  /** Absent where a market gave the point an amount and not a price. */
  readonly priceMicroPerKilowattHour?: number;
  /** Positive is paid by the member, negative is paid to the member. */
  readonly exactPico: string;
}

/** How a metering point's interval became money, step by step; plain JSON. */
export interface PointExplanation {
  readonly community: string;
  readonly member: string;
  readonly meteringPoint: string;
  readonly start: string;
  readonly end: string;
  readonly reading: {
    readonly importMilliwattHours?: number;
    readonly exportMilliwattHours?: number;
    readonly quality: string;
  };
  /** What the contract's rules made of it. */
  readonly claim: {
    readonly netting: 'none' | 'interval';
    /** Whether the point takes part in sharing at this time. */
    readonly eligible: boolean;
    /** Whole percent of the point's energy that is in this community; absent where all is. */
    readonly participationPercent?: number;
    readonly consumedMilliwattHours: number;
    readonly injectedMilliwattHours: number;
    /** What takes part in sharing, after the point's own limits. */
    readonly claimedMilliwattHours: number;
    readonly offeredMilliwattHours: number;
    readonly importLimitMilliwattHours?: number;
    readonly exportLimitMilliwattHours?: number;
  };
  readonly share: {
    readonly key: ExplainedKey['key'];
    /** Of a fixed key, the point's coefficient in the interval. */
    readonly coefficient?: string;
    /** Groups of the key that the point is in, from the outside in. */
    readonly groups?: readonly string[];
    /** What becomes of parts that are not used, and how plants are chosen, where not by default. */
    readonly unused?: ExplainedKey['unused'];
    readonly plants?: ExplainedKey['plants'];
    /** Uniform prices of a market, micro-currency per kWh. */
    readonly buyersPriceMicroPerKilowattHour?: number;
    readonly sellersPriceMicroPerKilowattHour?: number;
    /** All energy on offer and all claims in the interval; totals are decimal integers in strings. */
    readonly poolMilliwattHours: string;
    readonly claimsMilliwattHours: string;
    readonly sharedMilliwattHours: string;
    readonly curtailedMilliwattHours: string;
    readonly transformerLimitMilliwattHours?: number;
    readonly capacity: 'within' | 'curtailed';
    readonly sharedInMilliwattHours: number;
    readonly sharedOutMilliwattHours: number;
    readonly residualMilliwattHours: number;
    /** Sold outside; with what stayed its own of the pool, less what it gave to others' own surplus. */
    readonly surplusMilliwattHours: number;
    readonly ownSurplusMilliwattHours?: number;
    readonly assignedOutMilliwattHours?: number;
  };
  readonly lines: readonly ExplainedLine[];
  readonly costPico: string;
  readonly firings: readonly string[];
}

function locate(
  settled: SettledPeriod,
  meteringPoint: string,
  startMs: EpochMs,
): { point: number; interval: number } {
  const point = settled.points.indexOf(meteringPoint);
  if (point === -1) {
    throw new SettlementError(
      'unknown-point',
      `metering point: got ${meteringPoint}, expected one of the community's, such as ${settled.points[0] ?? ''}`,
    );
  }
  const interval = (startMs - settled.startMs) / settled.resolutionMs;
  if (Number.isInteger(interval) && interval >= 0 && interval < settled.intervals) {
    return { point, interval };
  }
  throw new SettlementError(
    'bad-period',
    `interval: got ${formatInstant(startMs)}, expected the start of a ${settled.contract.community.resolution} interval from ${formatInstant(settled.startMs)} to before ${formatInstant(settled.endMs)}`,
  );
}

/**
 * Explains one metering point in one interval: reading → claim → share → price.
 * @param startMs start of the interval.
 * @throws SettlementError `unknown-point` or `bad-period`.
 */
export function explainPoint(
  settled: SettledPeriod,
  meteringPoint: string,
  startMs: EpochMs,
): PointExplanation {
  const { point, interval } = locate(settled, meteringPoint, startMs);
  const { community, points } = settled.contract;
  const cell = interval * settled.points.length + point;
  return {
    community: community.id,
    member: points[point]?.member ?? '',
    meteringPoint,
    start: formatInstant(startMs),
    end: formatInstant(startMs + settled.resolutionMs),
    reading: explainReading(settled, cell),
    claim: explainClaim(settled, point, interval, cell),
    share: explainShare(settled, point, interval, cell),
    lines: explainLines(settled, interval, cell),
    costPico: pointCost(settled, interval, point).toString(),
    firings: settled.firings(interval),
  };
}

/** What was metered; a point that takes no part may have no reading, which is not a reading of zero. */
function explainReading(settled: SettledPeriod, cell: number): PointExplanation['reading'] {
  const quality = INTERVAL_QUALITIES[settled.quality[cell] ?? -1] ?? 'missing';
  if (quality === 'missing') return { quality };
  return {
    importMilliwattHours: settled.importMilliwattHours[cell] ?? 0,
    exportMilliwattHours: settled.exportMilliwattHours[cell] ?? 0,
    quality,
  };
}

/** What all points bring into sharing in an interval, after their own limits. */
function broughtIn(
  { contract, importMilliwattHours, exportMilliwattHours }: SettledPeriod,
  interval: number,
): { readonly claimed: Float64Array; readonly offered: Float64Array } {
  const { importLimits, exportLimits, startMs, resolutionMs, pointIds } = contract;
  const from = interval * pointIds.length;
  const imports = importMilliwattHours.slice(from, from + pointIds.length);
  const exports = exportMilliwattHours.slice(from, from + pointIds.length);
  if (contract.community.netting === 'interval') {
    for (const [index, imported] of imports.entries()) {
      const netted = Math.min(imported, exports[index] ?? 0);
      imports[index] = imported - netted;
      exports[index] = (exports[index] ?? 0) - netted;
    }
  }
  const workspace = new Workspace(contract);
  const brought = bringIn(workspace, imports, exports, startMs + interval * resolutionMs);
  const cut = (column: Float64Array, limits: Float64Array | undefined): Float64Array =>
    column.map((value, index) => Math.min(value, limits?.[index] ?? Infinity));
  return {
    claimed: cut(brought.claimed, importLimits),
    offered: cut(brought.offered, exportLimits),
  };
}

function explainClaim(
  settled: SettledPeriod,
  point: number,
  interval: number,
  cell: number,
): PointExplanation['claim'] {
  const { community, importLimits, exportLimits, broughtIn: rules } = settled.contract;
  const { claimed, offered } = broughtIn(settled, interval);
  const standing = rules.standing.at(settled.startMs + interval * settled.resolutionMs);
  const percent = standing.percent[point] ?? 100;
  const importLimit = importLimits?.[point] ?? Infinity;
  const exportLimit = exportLimits?.[point] ?? Infinity;
  return {
    netting: community.netting,
    eligible: standing.takesPart[point] === 1,
    ...(percent !== 100 && { participationPercent: percent }),
    consumedMilliwattHours: settled.consumedMilliwattHours[cell] ?? 0,
    injectedMilliwattHours: settled.injectedMilliwattHours[cell] ?? 0,
    claimedMilliwattHours: claimed[point] ?? 0,
    offeredMilliwattHours: offered[point] ?? 0,
    ...(importLimit < Infinity && { importLimitMilliwattHours: importLimit }),
    ...(exportLimit < Infinity && { exportLimitMilliwattHours: exportLimit }),
  };
}

function explainShare(
  settled: SettledPeriod,
  point: number,
  interval: number,
  cell: number,
): PointExplanation['share'] {
  const { transformerLimit } = settled.contract;
  const sum = (column: Float64Array): number => column.reduce((a, b) => a + b, 0);
  const { claimed, offered } = broughtIn(settled, interval);
  const sharedIn = settled.sharedInMilliwattHours[cell] ?? 0;
  const own = settled.ownSurplusMilliwattHours?.[cell];
  const assigned = settled.assignedOutMilliwattHours?.[cell];
  return {
    ...explainKey(settled, point, interval),
    poolMilliwattHours: String(sum(offered)),
    claimsMilliwattHours: String(sum(claimed)),
    sharedMilliwattHours: String(settled.sharedMilliwattHours[interval] ?? 0),
    curtailedMilliwattHours: String(settled.curtailedMilliwattHours[interval] ?? 0),
    ...(transformerLimit < Infinity && { transformerLimitMilliwattHours: transformerLimit }),
    capacity: settled.capacity[interval] === 1 ? 'curtailed' : 'within',
    sharedInMilliwattHours: sharedIn,
    sharedOutMilliwattHours: settled.sharedOutMilliwattHours[cell] ?? 0,
    residualMilliwattHours: (settled.consumedMilliwattHours[cell] ?? 0) - sharedIn,
    surplusMilliwattHours: pointSurplus(settled, cell),
    ...(own !== undefined && { ownSurplusMilliwattHours: own }),
    ...(assigned !== undefined && { assignedOutMilliwattHours: assigned }),
  };
}

function explainLines(settled: SettledPeriod, interval: number, cell: number): ExplainedLine[] {
  const prices = pricesAt(settled, interval);
  const sharedIn = settled.sharedInMilliwattHours[cell] ?? 0;
  const sharedOut = settled.sharedOutMilliwattHours[cell] ?? 0;
  const residual = (settled.consumedMilliwattHours[cell] ?? 0) - sharedIn;
  const own = settled.ownSurplusMilliwattHours?.[cell] ?? 0;
  const surplus = pointSurplus(settled, cell) - own;
  const { internalAmounts } = settled;
  const { paidPico, earnedPico } = pointSharedMoney(settled, interval, cell);
  const shared = (
    line: 'sharedIn' | 'sharedOut',
    energy: number,
    uniform: number | undefined,
    pico: bigint,
  ): ExplainedLine => {
    const price = internalAmounts === undefined ? prices.internal : uniform;
    const priced = price !== undefined && BigInt(energy) * BigInt(Number.isNaN(price) ? 0 : price);
    return {
      line,
      energyMilliwattHours: energy,
      ...(price !== undefined &&
        (priced === pico || priced === -pico) &&
        !Number.isNaN(price) && { priceMicroPerKilowattHour: price }),
      exactPico: pico.toString(),
    };
  };
  const outside = (
    line: 'supply' | 'surplus' | 'ownSurplus',
    energy: number,
    price: number,
    sign: bigint,
  ): ExplainedLine => ({
    line,
    energyMilliwattHours: energy,
    priceMicroPerKilowattHour: price,
    exactPico: (sign * BigInt(energy) * BigInt(price)).toString(),
  });
  return [
    outside('supply', residual, prices.import, 1n),
    shared('sharedIn', sharedIn, internalAmounts?.buyersPrices[interval], paidPico),
    shared('sharedOut', sharedOut, internalAmounts?.sellersPrices[interval], -earnedPico),
    outside('surplus', surplus, prices.export, -1n),
    ...(own > 0 ? [outside('ownSurplus', own, prices.export, -1n)] : []),
  ];
}
