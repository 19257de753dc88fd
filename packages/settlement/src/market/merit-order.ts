import { Allocator } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import type { OrderColumns } from './market-rule.js';

/**
 * One side of a book from its best to its worst price, as tiers: the orders of one price. Nobody in a
 * tier comes before another, which makes every result independent of the order of the book.
 */
export class MeritOrder {
  /** Positions of the orders that take part, best price first. */
  order = new Int32Array(0);
  /** Price, total energy and first place in `order` of each tier; one more start than tiers. */
  prices = new Float64Array(0);
  totals = new Float64Array(0);
  starts = new Int32Array(1);
  tiers = 0;
  /** All energy of the side. */
  total = 0;
  columns: OrderColumns = { milliwattHours: this.totals, prices: this.prices };

  private allocator = new Allocator(0);
  private weights = new Float64Array(0);

  constructor(private readonly side: 'bids' | 'asks') {}

  /**
   * Takes the orders of one interval. @param takesPart default: every order.
   * @throws SettlementError `bad-value`, `out-of-range`.
   */
  load(columns: OrderColumns, takesPart?: (position: number) => boolean): void {
    const { milliwattHours, prices } = columns;
    this.columns = columns;
    this.reserve(milliwattHours.length);
    let count = 0;
    this.total = 0;
    for (let position = 0; position < milliwattHours.length; position++) {
      const energy = milliwattHours[position] as number;
      if (energy === 0) continue;
      this.check(position, energy, prices[position] as number);
      if (takesPart?.(position) === false) continue;
      this.order[count++] = position;
      this.total += energy;
    }
    if (this.total > Number.MAX_SAFE_INTEGER) {
      throw new SettlementError(
        'out-of-range',
        `${this.side}: together more than 2^53 - 1 mWh; check the unit of the quantities`,
      );
    }
    const sign = this.side === 'bids' ? -1 : 1;
    this.order
      .subarray(0, count)
      .sort((a, b) => sign * ((prices[a] as number) - (prices[b] as number)) || a - b);
    this.fillTiers(count);
  }

  /** The energy of the first `tiers` tiers. */
  totalOf(tiers: number): number {
    let sum = 0;
    for (let tier = 0; tier < tiers; tier++) sum += this.totals[tier] as number;
    return sum;
  }

  /** Gives each order of the first `tiers` tiers all its energy; adds to `out`. */
  giveWhole(tiers: number, out: Float64Array): void {
    const end = this.starts[tiers] as number;
    for (let place = 0; place < end; place++) {
      const position = this.order[place] as number;
      out[position] = this.columns.milliwattHours[position] as number;
    }
  }

  /** Gives a tier's orders a part of it, pro rata by largest remainder with ties to the earlier position. */
  givePart(tier: number, energy: number, out: Float64Array): void {
    const from = this.starts[tier] as number;
    const to = this.starts[tier + 1] as number;
    const weights = this.weights.subarray(0, to - from);
    for (let place = from; place < to; place++) {
      weights[place - from] = this.columns.milliwattHours[this.order[place] as number] as number;
    }
    this.allocator.allocate(energy, weights, this.totals[tier] as number, weights);
    for (let place = from; place < to; place++) {
      out[this.order[place] as number] = weights[place - from] as number;
    }
  }

  /** Serves the best `energy` of the side. @returns the number of tiers touched. */
  giveBest(energy: number, out: Float64Array): number {
    let left = energy;
    let tier = 0;
    for (; left > 0; tier++) {
      const part = Math.min(left, this.totals[tier] as number);
      this.givePart(tier, part, out);
      left -= part;
    }
    return tier;
  }

  private reserve(size: number): void {
    if (this.order.length === size) return;
    this.order = new Int32Array(size);
    this.prices = new Float64Array(size);
    this.totals = new Float64Array(size);
    this.starts = new Int32Array(size + 1);
    this.weights = new Float64Array(size);
    this.allocator = new Allocator(size);
  }

  private fillTiers(count: number): void {
    const { order, columns } = this;
    let tier = -1;
    for (let place = 0; place < count; place++) {
      const position = order[place] as number;
      const price = columns.prices[position] as number;
      if (tier === -1 || price !== this.prices[tier]) {
        tier++;
        this.prices[tier] = price;
        this.totals[tier] = 0;
        this.starts[tier] = place;
      }
      this.totals[tier] =
        (this.totals[tier] as number) + (columns.milliwattHours[position] as number);
    }
    this.tiers = tier + 1;
    this.starts[this.tiers] = count;
  }

  private check(position: number, energy: number, price: number): void {
    if (Number.isSafeInteger(energy) && energy > 0 && Number.isSafeInteger(price)) return;
    throw new SettlementError(
      'bad-value',
      `${this.side}[${position}]: got ${energy} mWh at ${price}, expected whole mWh from 0 to 2^53 - 1 and a price of whole micro-currency per kWh`,
    );
  }
}
