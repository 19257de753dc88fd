import { formatInstant, formatResolution, parseResolution } from '@microgrid/units';
import { marketUnitPrice, seriesNamed } from '../market/market-price.js';
import type { MarketSeries } from '../market/market-series.js';
import { tipPremium } from '../market/tip.js';
import type { DayAheadTariff, TipTariff } from '../market-tariff.js';
import {
  addFractions,
  compareFractions,
  fraction,
  multiplyFractions,
  parseFraction,
  type Fraction,
} from '../number/fraction.js';
import { TariffError } from '../tariff-error.js';
import { PriceEntries, type PriceContext, type PriceSpan, type PriceTable } from './price-table.js';

const NANO_PER_UNIT = 1_000_000_000n;
const KILOWATT_HOURS_PER_MEGAWATT_HOUR = fraction(1000);
const HOUR_MS = 3_600_000;

/** Prices made from a market series by a formula of its price in currency per kWh. */
function marketTable(
  series: MarketSeries,
  unitMs: number,
  span: PriceSpan,
  formula: (price: Fraction) => Fraction,
): PriceTable {
  const { startMs, endMs, resolutionMs } = span;
  const entries = new PriceEntries();
  const known = new Map<number, number>();
  const entryAt = (ms: number): number => {
    const { nanoSum, count } = marketUnitPrice(series, ms, unitMs);
    let entry = known.get(nanoSum);
    if (entry === undefined) {
      const price = fraction(BigInt(nanoSum), BigInt(count) * NANO_PER_UNIT);
      entry = entries.add({ price: formula(price), listed: false });
      known.set(nanoSum, entry);
    }
    return entry;
  };
  const index = new Uint32Array((endMs - startMs) / resolutionMs);
  for (let interval = 0; interval < index.length; interval++) {
    const at = startMs + interval * resolutionMs;
    const entry = entryAt(at);
    const last = Math.floor((at + resolutionMs - 1) / unitMs) * unitMs;
    for (let unit = (Math.floor(at / unitMs) + 1) * unitMs; unit <= last; unit += unitMs) {
      if (entryAt(unit) === entry) continue;
      throw new TariffError(
        'unaligned-period',
        `interval ${formatInstant(at)} of ${formatResolution(resolutionMs)}: the price of series ${series.name} changes ${(unit - at) / 60_000} minutes into it; settle at the market's resolution, or price at PT60M`,
      );
    }
    index[interval] = entry;
  }
  return { entries: entries.entries, index };
}

/** The prices of a day-ahead tariff. @throws TariffError `missing-price`, `unaligned-period`. */
export function dayAheadTable(
  tariff: DayAheadTariff,
  span: PriceSpan,
  context: PriceContext,
): PriceTable {
  const factor = parseFraction(tariff.factor);
  const adder = parseFraction(tariff.adder);
  const floor = tariff.floor === undefined ? undefined : parseFraction(tariff.floor);
  const cap = tariff.cap === undefined ? undefined : parseFraction(tariff.cap);
  const formula = (market: Fraction): Fraction => {
    const price = addFractions(multiplyFractions(market, factor), adder);
    if (floor !== undefined && compareFractions(price, floor) < 0) return floor;
    return cap !== undefined && compareFractions(price, cap) > 0 ? cap : price;
  };
  const series = seriesNamed(tariff.series, context.market);
  return marketTable(series, parseResolution(tariff.resolution), span, formula);
}

/** The prices of the Italian premium tariff, hour by hour. @throws as {@link dayAheadTable}. */
export function tipTable(tariff: TipTariff, span: PriceSpan, context: PriceContext): PriceTable {
  const formula = (zonal: Fraction): Fraction =>
    multiplyFractions(
      tipPremium(tariff, multiplyFractions(zonal, KILOWATT_HOURS_PER_MEGAWATT_HOUR)),
      fraction(1, 1000),
    );
  return marketTable(seriesNamed(tariff.series, context.market), HOUR_MS, span, formula);
}
