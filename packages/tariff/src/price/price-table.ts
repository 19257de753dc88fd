import type { EpochMs } from '@microgrid/units';
import type { MarketSeriesByName } from '../market/market-series.js';
import type { Fraction } from '../number/fraction.js';

/** A price per kWh that holds in some intervals. */
export interface PriceEntry {
  /** Currency per kWh, exact. */
  readonly price: Fraction;
  /** Name of the price period, where the tariff names it. */
  readonly name?: string;
  /** Whether the price is listed in the tariff; market prices are not. */
  readonly listed: boolean;
}

/** The price of every interval of a span: few prices, and for each interval which of them it is. */
export interface PriceTable {
  readonly entries: readonly PriceEntry[];
  readonly index: Uint32Array;
}

/** Intervals on a time zone's calendar. */
export interface PriceSpan {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
  readonly timeZone: string;
}

/** What some tariffs need beside the time. */
export interface PriceContext {
  /** Day-ahead prices by series name. */
  readonly market?: MarketSeriesByName;
  /** Row of access tariffs that do not name one. */
  readonly voltageLevel?: string;
}

/** Collects entries, each price and name once. */
export class PriceEntries {
  readonly entries: PriceEntry[] = [];
  private readonly known = new Map<string, number>();

  /** The position of an entry. */
  add(entry: PriceEntry): number {
    const { price, name, listed } = entry;
    const key = `${price.numerator}/${price.denominator}|${listed ? 1 : 0}|${name ?? ''}`;
    const at = this.known.get(key) ?? this.entries.length;
    if (at === this.entries.length) {
      this.entries.push(entry);
      this.known.set(key, at);
    }
    return at;
  }
}
