import { formatInstant, MILLIWATT_HOURS_PER_KILOWATT_HOUR, type EpochMs } from '@microgrid/units';
import { addFractions, fraction, ZERO, type Fraction } from '../number/fraction.js';
import type { PriceEntry, PriceTable } from '../price/price-table.js';
import { TariffError } from '../tariff-error.js';
import type { PricedEnergy } from './accrual.js';
import type { Charge } from './charge.js';
import type { EnergyFlow } from './charge-base.js';
import type { ChargePrices } from './charge-prices.js';
import type { EnergySource } from './energy-source.js';
import { sumByEntry } from './energy-sums.js';
import type { Segment } from './segments.js';
import type { IntervalEnergies } from './usage.js';

const PER_KILOWATT_HOUR = BigInt(MILLIWATT_HOURS_PER_KILOWATT_HOUR);

/** Energy by interval: every interval has the price of its own time. */
export class IntervalSource implements EnergySource {
  constructor(
    private readonly prices: ChargePrices,
    private readonly usage: IntervalEnergies,
  ) {}

  priced(charge: Charge, segment: Segment): PricedEnergy[] {
    const flow = charge.on as EnergyFlow;
    const table = this.prices.table(charge, segment, this.usage.voltageLevel);
    const sums = this.sums(flow, segment.startMs, table.index, table.entries.length);
    return byPrice(table, sums);
  }

  /** {@link priced} for one interval of the segment, by its position in the period. */
  pricedAt(charge: Charge, segment: Segment, interval: number): PricedEnergy[] {
    const { index, entries } = this.prices.table(charge, segment, this.usage.voltageLevel);
    const { startMs, resolutionMs } = this.prices.period;
    const entry = entries[index[interval - (segment.startMs - startMs) / resolutionMs] ?? -1];
    const energy = this.usage.energies[charge.on as EnergyFlow]?.[interval] ?? 0;
    if (entry === undefined || energy === 0) return [];
    const { price, ...rest } = atPrice(entry.price, BigInt(energy));
    return [{ ...withName(entry.name), ...rest, ...(entry.listed && { price }) }];
  }

  total(flow: EnergyFlow, startMs: EpochMs, endMs: EpochMs): Fraction {
    const { resolutionMs } = this.prices.period;
    const index = new Uint32Array(Math.round((endMs - startMs) / resolutionMs));
    return fraction(this.sums(flow, startMs, index, 1)[0] ?? 0n, PER_KILOWATT_HOUR);
  }

  private sums(
    flow: EnergyFlow,
    startMs: EpochMs,
    index: Uint32Array,
    entries: number,
  ): readonly bigint[] {
    const { period } = this.prices;
    const count = (period.endMs - period.startMs) / period.resolutionMs;
    const energies = this.usage.energies[flow];
    if (energies?.length !== count) {
      throw new TariffError(
        'bad-usage',
        `energies.${flow}: got ${energies === undefined ? 'none' : `${energies.length} intervals`}, expected ${count} intervals: a charge is levied on this flow`,
      );
    }
    const first = (startMs - period.startMs) / period.resolutionMs;
    return sumByEntry(
      energies,
      first,
      index,
      entries,
      (interval) =>
        `energies.${flow} at ${formatInstant(period.startMs + interval * period.resolutionMs)}`,
    );
  }
}

/** Listed prices apart from each other, market prices together by name. */
function byPrice({ entries }: PriceTable, sums: readonly bigint[]): PricedEnergy[] {
  const listed: PricedEnergy[] = [];
  const market = new Map<string, { entries: PriceEntry[]; sums: bigint[] }>();
  for (const [position, entry] of entries.entries()) {
    const sum = sums[position] ?? 0n;
    if (entry.listed) {
      if (sum > 0n) listed.push({ ...withName(entry.name), ...atPrice(entry.price, sum) });
      continue;
    }
    const group = market.get(entry.name ?? '') ?? { entries: [], sums: [] };
    market.set(entry.name ?? '', group);
    group.entries.push(entry);
    group.sums.push(sum);
  }
  for (const [name, group] of market) {
    const energy = group.sums.reduce((a, b) => a + b, 0n);
    if (energy === 0n) continue;
    listed.push({
      ...withName(name === '' ? undefined : name),
      kilowattHours: fraction(energy, PER_KILOWATT_HOUR),
      cost: weighted(group.entries, group.sums),
    });
  }
  return listed;
}

function withName(name: string | undefined): { period?: string } {
  return name === undefined ? {} : { period: name };
}

function atPrice(price: Fraction, sum: bigint): Required<Omit<PricedEnergy, 'period'>> {
  return {
    price,
    kilowattHours: fraction(sum, PER_KILOWATT_HOUR),
    cost: fraction(price.numerator * sum, price.denominator * PER_KILOWATT_HOUR),
  };
}

/** Sum of energy x price: prices of one denominator are added before anything is reduced. */
function weighted(entries: readonly PriceEntry[], sums: readonly bigint[]): Fraction {
  const numerators = new Map<bigint, bigint>();
  for (const [position, { price }] of entries.entries()) {
    const before = numerators.get(price.denominator) ?? 0n;
    numerators.set(price.denominator, before + price.numerator * (sums[position] ?? 0n));
  }
  let cost = ZERO;
  for (const [denominator, numerator] of numerators) {
    cost = addFractions(cost, fraction(numerator, denominator * PER_KILOWATT_HOUR));
  }
  return cost;
}
