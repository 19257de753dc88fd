import { canonicalJson } from '@microgrid/events';
import {
  marketFromFiles,
  priceSeries,
  seriesNames,
  type MarketSeriesByName,
} from '@microgrid/tariff';
import { formatInstant, parseResolution, type EpochMs } from '@microgrid/units';
import { canonicalCommunity } from '@microgrid/community';
import {
  settlementContract,
  type IntervalPrices,
  type SettlementContract,
} from '../settlement-contract.js';
import { SettlementError } from '../settlement-error.js';
import type { KnownContract, KnownPrice, RunInputs } from './run-inputs.js';
import { statesAsKnown } from './states-of-charge.js';

/** A period to settle, half-open. */
export interface RunPeriod {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

const filesText = ({ files = new Map() }: KnownContract): string =>
  canonicalJson(Object.fromEntries(files));

/** Whether two versions of a contract say the same, files included. */
export function sameRules(a: KnownContract, b: KnownContract): boolean {
  return (
    canonicalCommunity(a.community) === canonicalCommunity(b.community) &&
    filesText(a) === filesText(b)
  );
}

/** The newest of several versions; two of one instant have to say the same. */
export function newestContract({ contracts }: RunInputs): KnownContract {
  const [first, ...rest] = contracts;
  if (first === undefined) {
    throw new SettlementError('no-contract', 'contract: none is known, expected at least one');
  }
  return rest.reduce((newest, next) => {
    if (next.knownMs > newest.knownMs) return next;
    if (next.knownMs < newest.knownMs || sameRules(newest, next)) return newest;
    throw new SettlementError(
      'conflicting-inputs',
      `contract of ${next.community.id}: two different ones became known at ${formatInstant(next.knownMs)}, expected one; say which came later`,
    );
  }, first);
}

/** Puts known prices in the place of the contract's; the newest known one of an interval holds. */
function withKnownPrices(
  known: readonly KnownPrice[],
  { startMs, endMs, resolutionMs, timeZone, market }: RunPeriod & ZoneGrid,
  listed: IntervalPrices,
): IntervalPrices {
  const prices = { ...listed };
  for (const price of ['import', 'export', 'internal'] as const) {
    const own = known
      .filter((each) => each.price === price && each.startMs < endMs && each.endMs > startMs)
      .sort((a, b) => a.knownMs - b.knownMs);
    if (own.length === 0) continue;
    const series = prices[price].slice();
    const settledAt = new Float64Array(series.length).fill(-Infinity);
    for (const { knownMs, tariff, ...valid } of own) {
      const first = Math.max(0, Math.ceil((valid.startMs - startMs) / resolutionMs));
      const end = Math.min(series.length, Math.ceil((valid.endMs - startMs) / resolutionMs));
      if (end <= first) continue;
      const fromMs = startMs + first * resolutionMs;
      const toMs = startMs + end * resolutionMs;
      const values = priceSeries(tariff, timeZone, fromMs, toMs, resolutionMs, { market });
      for (let interval = first; interval < end; interval++) {
        const value = values[interval - first] as number;
        if (settledAt[interval] === knownMs && series[interval] !== value) {
          throw new SettlementError(
            'conflicting-inputs',
            `${price} price at ${formatInstant(startMs + interval * resolutionMs)}: two different ones became known at ${formatInstant(knownMs)}, expected one; say which came later`,
          );
        }
        series[interval] = value;
        settledAt[interval] = knownMs;
      }
    }
    prices[price] = series;
  }
  return prices;
}

interface ZoneGrid {
  readonly market: MarketSeriesByName;
  readonly timeZone: string;
  readonly resolutionMs: number;
}

/**
 * The rules of a period as the inputs know them: the newest contract, with the prices known beside it.
 * @throws SettlementError `no-contract`, `conflicting-inputs` where one instant brought two different
 *   versions, `bad-period`.
 */
export function contractAsKnown(inputs: RunInputs, period: RunPeriod): SettlementContract {
  return contractOfVersion(newestContract(inputs), inputs, period);
}

/** {@link contractAsKnown} for a version at hand. */
export function contractOfVersion(
  { community, files }: KnownContract,
  { prices = [], statesOfCharge = [] }: RunInputs,
  period: RunPeriod,
): SettlementContract {
  const { timeZone } = community;
  const resolutionMs = parseResolution(community.resolution);
  const market = marketFromFiles(seriesNames(prices), files ?? new Map());
  const grid = { ...period, timeZone, resolutionMs, market };
  return settlementContract(community, period, {
    ...(files && { files }),
    ...(statesOfCharge.length > 0 && { statesOfCharge: statesAsKnown(statesOfCharge, grid) }),
    ...(prices.length > 0 && {
      knownPrices: (listed) => withKnownPrices(prices, grid, listed),
    }),
  });
}
