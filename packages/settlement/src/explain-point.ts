import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { pointCost, pricesAt } from './member-days.js';
import type { SettledPeriod } from './settle.js';
import { SettlementError } from './settlement-error.js';

/** One priced part of a point's interval; amounts are exact, decimal integers in strings. */
export interface ExplainedLine {
  readonly line: 'supply' | 'sharedIn' | 'sharedOut' | 'surplus';
  readonly energyMilliwattHours: number;
  readonly priceMicroPerKilowattHour: number;
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
    readonly consumedMilliwattHours: number;
    readonly injectedMilliwattHours: number;
    /** What takes part in sharing, after the point's own limits. */
    readonly claimedMilliwattHours: number;
    readonly offeredMilliwattHours: number;
    readonly importLimitMilliwattHours?: number;
    readonly exportLimitMilliwattHours?: number;
  };
  readonly share: {
    readonly key: 'proportional' | 'fixed';
    readonly coefficient?: string;
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
    readonly surplusMilliwattHours: number;
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
    claim: explainClaim(settled, point, cell, startMs),
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

/** What a point brings into sharing in the interval that starts at an instant. */
function takesPart(
  settled: SettledPeriod,
  point: number,
  cell: number,
  startMs: EpochMs,
): { eligible: boolean; claimed: number; offered: number } {
  const { validFromMs, validToMs, importLimits, exportLimits } = settled.contract;
  const eligible =
    startMs >= (validFromMs[point] ?? -Infinity) && startMs < (validToMs[point] ?? Infinity);
  if (!eligible) return { eligible, claimed: 0, offered: 0 };
  return {
    eligible,
    claimed: Math.min(settled.consumedMilliwattHours[cell] ?? 0, importLimits?.[point] ?? Infinity),
    offered: Math.min(settled.injectedMilliwattHours[cell] ?? 0, exportLimits?.[point] ?? Infinity),
  };
}

function explainClaim(
  settled: SettledPeriod,
  point: number,
  cell: number,
  startMs: EpochMs,
): PointExplanation['claim'] {
  const { community, importLimits, exportLimits } = settled.contract;
  const { eligible, claimed, offered } = takesPart(settled, point, cell, startMs);
  const importLimit = importLimits?.[point] ?? Infinity;
  const exportLimit = exportLimits?.[point] ?? Infinity;
  return {
    netting: community.netting,
    eligible,
    consumedMilliwattHours: settled.consumedMilliwattHours[cell] ?? 0,
    injectedMilliwattHours: settled.injectedMilliwattHours[cell] ?? 0,
    claimedMilliwattHours: claimed,
    offeredMilliwattHours: offered,
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
  const { community, transformerLimit } = settled.contract;
  const { sharingKey } = community;
  const startMs = settled.startMs + interval * settled.resolutionMs;
  let pool = 0;
  let claims = 0;
  for (let other = 0; other < settled.points.length; other++) {
    const part = takesPart(settled, other, interval * settled.points.length + other, startMs);
    pool += part.offered;
    claims += part.claimed;
  }
  const sharedIn = settled.sharedInMilliwattHours[cell] ?? 0;
  const sharedOut = settled.sharedOutMilliwattHours[cell] ?? 0;
  return {
    key: sharingKey.type,
    ...(sharingKey.type === 'fixed' && {
      coefficient: sharingKey.coefficients[settled.points[point] ?? ''] ?? '0',
    }),
    poolMilliwattHours: String(pool),
    claimsMilliwattHours: String(claims),
    sharedMilliwattHours: String(settled.sharedMilliwattHours[interval] ?? 0),
    curtailedMilliwattHours: String(settled.curtailedMilliwattHours[interval] ?? 0),
    ...(transformerLimit < Infinity && { transformerLimitMilliwattHours: transformerLimit }),
    capacity: settled.capacity[interval] === 1 ? 'curtailed' : 'within',
    sharedInMilliwattHours: sharedIn,
    sharedOutMilliwattHours: sharedOut,
    residualMilliwattHours: (settled.consumedMilliwattHours[cell] ?? 0) - sharedIn,
    surplusMilliwattHours: (settled.injectedMilliwattHours[cell] ?? 0) - sharedOut,
  };
}

function explainLines(settled: SettledPeriod, interval: number, cell: number): ExplainedLine[] {
  const prices = pricesAt(settled, interval);
  const sharedIn = settled.sharedInMilliwattHours[cell] ?? 0;
  const sharedOut = settled.sharedOutMilliwattHours[cell] ?? 0;
  const residual = (settled.consumedMilliwattHours[cell] ?? 0) - sharedIn;
  const surplus = (settled.injectedMilliwattHours[cell] ?? 0) - sharedOut;
  const priced = (
    line: ExplainedLine['line'],
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
    priced('supply', residual, prices.import, 1n),
    priced('sharedIn', sharedIn, prices.internal, 1n),
    priced('sharedOut', sharedOut, prices.internal, -1n),
    priced('surplus', surplus, prices.export, -1n),
  ];
}
