import { TariffError } from '../tariff-error.js';
import type { MarketSeries } from './market-series.js';
import { parseMarketPrices } from './parse-market-prices.js';

/**
 * The names of the day-ahead series that tariffs anywhere in some data refer to (a tariff, a list of
 * charges, a whole community), each once, in order of appearance.
 */
export function seriesNames(data: unknown): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { type, series } = value as { readonly type?: unknown; readonly series?: unknown };
    if ((type === 'dayAhead' || type === 'tip') && typeof series === 'string') names.add(series);
    else Object.values(value).forEach(visit);
  };
  visit(data);
  return [...names];
}

/** The file that a series is in, where its name is a file's: `prices.csv`, or `prices.csv#PT` for an area. */
export function seriesFile(series: string): string {
  return series.split('#')[0] ?? series;
}

/**
 * The series whose names are names of files: `prices.csv` is the one series of that file,
 * `prices.csv#PT` the series of one area in it. A name without a file is left out: whoever prices by
 * it without giving the series hears of it then.
 * @param files texts by name, in the form `parseMarketPrices` reads.
 * @throws TariffError `invalid-market-prices` as `parseMarketPrices`, and for an area the file has not.
 */
export function marketFromFiles(
  names: Iterable<string>,
  files: ReadonlyMap<string, string>,
): Map<string, MarketSeries> {
  const market = new Map<string, MarketSeries>();
  const parsed = new Map<string, ReadonlyMap<string, MarketSeries>>();
  for (const name of names) {
    const source = seriesFile(name);
    const text = files.get(source);
    if (text === undefined) continue;
    const areas = parsed.get(source) ?? parseMarketPrices(text, { source });
    parsed.set(source, areas);
    const area = name === source ? undefined : name.slice(source.length + 1);
    const series = area === undefined ? only(areas) : areas.get(area);
    if (series === undefined) {
      const known = [...areas.keys()].join(', ');
      throw new TariffError(
        'invalid-market-prices',
        `${source}: series ${name}: got the areas ${known}, expected ${area === undefined ? `one, or a name such as ${source}#PT` : area}`,
      );
    }
    market.set(name, { ...series, name });
  }
  return market;
}

function only(areas: ReadonlyMap<string, MarketSeries>): MarketSeries | undefined {
  return areas.size === 1 ? [...areas.values()][0] : undefined;
}
