import type { SettledPeriod } from '@microgrid/settlement';
import {
  addFractions,
  chargeLines,
  fraction,
  multiplyFractions,
  parseCharges,
  subtractFractions,
  sumFractions,
  ZERO,
  type ChargeLine,
  type EnergyFlow,
  type Fraction,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { decimalText, numberOf, ofMillionths } from '../decimal.js';
import { isRecord, type Json, type JsonRecord } from '../json.js';

/** Rates of a community whose members buy from each other and from the grid, per kWh and month. */
export interface HomePrices {
  readonly community: string;
  readonly marketMaker: string;
  readonly feedIn: string;
  readonly gridImportFee: string;
  readonly gridExportFee: string;
  readonly perKilowattHour: Readonly<Record<string, string>>;
  readonly monthly: string;
}

const decimal = (value: Json | undefined, what: string): string =>
  decimalText(numberOf(value, what));

/**
 * What a kWh costs inside the community: a field of the prices; or a base rate (by default the market
 * maker's) and the grid fee less its reduction, as in gsy-e; or "intracommunity rate 30.072" in the notes.
 */
function communityRate(prices: JsonRecord, notes: string): Json {
  const stated = prices['intracommunity_rate'] ?? prices['community_rate'];
  if (stated !== undefined) return stated;
  const { intracommunity_base_rate: base, grid_fees_reduction: reduction } = prices;
  if (base !== undefined || reduction !== undefined) {
    const fee = numberOf(prices['grid_import_fee_const'] ?? 0, 'grid_import_fee_const');
    const part = subtractFractions(fraction(1), numberOf(reduction ?? 0, 'grid_fees_reduction'));
    const rate = numberOf(base ?? prices['market_maker_rate'], 'base rate');
    return decimalText(addFractions(rate, multiplyFractions(fee, part)));
  }
  const inNotes = /intracommunity rate (\d+(?:\.\d+)?)/.exec(notes)?.[1];
  if (inNotes === undefined) throw new NotUnderstood('no rate inside the community');
  return inNotes;
}

const KNOWN = [
  'intracommunity_rate', 'community_rate', 'intracommunity_base_rate', 'grid_fees_reduction',
  'market_maker_rate', 'feed_in_tariff', 'grid_import_fee_const', 'grid_export_fee_const',
  'per_kwh_fees', 'monthly_fee', 'monthly_fees',
]; // prettier-ignore

/** Of all fees per month together. */
function monthlyFee(prices: JsonRecord): string {
  const { monthly_fees: several } = prices;
  if (!isRecord(several)) return decimal(prices['monthly_fee'] ?? several ?? 0, 'monthly_fee');
  return decimalText(
    sumFractions(Object.values(several).map((fee) => numberOf(fee, 'monthly_fees'))),
  );
}

/** Reads them. @throws NotUnderstood for a field that is none of theirs. */
export function homePrices(prices: JsonRecord, notes: string): HomePrices {
  const unknown = Object.keys(prices).find((name) => !KNOWN.includes(name.toLowerCase()));
  if (unknown !== undefined) throw new NotUnderstood(`prices: ${unknown} means nothing here`);
  const community = communityRate(prices, notes);
  const fees = prices['per_kwh_fees'] ?? {};
  if (!isRecord(fees)) throw new NotUnderstood('per_kwh_fees: expected fees by name');
  return {
    community: decimal(community, 'intracommunity rate'),
    marketMaker: decimal(prices['market_maker_rate'], 'market_maker_rate'),
    feedIn: decimal(prices['feed_in_tariff'], 'feed_in_tariff'),
    gridImportFee: decimal(prices['grid_import_fee_const'] ?? 0, 'grid_import_fee_const'),
    gridExportFee: decimal(prices['grid_export_fee_const'] ?? 0, 'grid_export_fee_const'),
    perKilowattHour: Object.fromEntries(
      Object.entries(fees).map(([name, fee]) => [name, decimal(fee, name)]),
    ),
    monthly: monthlyFee(prices),
  };
}

/** Flows of one home in kWh. */
export type HomeFlows = Readonly<Record<'sharedIn' | 'supply' | 'sharedOut' | 'surplus', Fraction>>;

/** What a home took and gave, by settlement. */
export function flowsOf(settled: SettledPeriod, id: string): HomeFlows {
  const at = settled.points.indexOf(id);
  const value = (column: Float64Array): number => column[at] ?? 0;
  const sharedIn = value(settled.sharedInMilliwattHours);
  const sharedOut = value(settled.sharedOutMilliwattHours);
  return {
    sharedIn: ofMillionths(sharedIn),
    supply: ofMillionths(value(settled.consumedMilliwattHours) - sharedIn),
    sharedOut: ofMillionths(sharedOut),
    surplus: ofMillionths(value(settled.injectedMilliwattHours) - sharedOut),
  };
}

/** The same home without a community: what it would share, it buys and sells. */
export function aloneFlows(flows: HomeFlows): HomeFlows {
  return {
    sharedIn: ZERO,
    supply: addFractions(flows.supply, flows.sharedIn),
    sharedOut: ZERO,
    surplus: addFractions(flows.surplus, flows.sharedOut),
  };
}

/** When the interval of a case is, and how many of its length its month has. */
export interface Slot {
  readonly startMs: number;
  readonly minutes: number;
  readonly intervalsOfMonth: number;
}

/** Bills of homes by a price stack: charge lines of the tariff package. */
export class HomeBills {
  private readonly charges: ReturnType<typeof parseCharges>;

  constructor(
    private readonly prices: HomePrices,
    private readonly slot: Slot,
  ) {
    const perKilowattHour = (id: string, on: string, rate: string) => ({
      id, on, per: 'kWh', rate, payTo: id,
    }); // prettier-ignore
    this.charges = parseCharges([
      perKilowattHour('community-in', 'sharedIn', prices.community),
      perKilowattHour('community-out', 'sharedOut', prices.community),
      perKilowattHour('market-maker', 'supply', prices.marketMaker),
      perKilowattHour('grid-import', 'supply', prices.gridImportFee),
      perKilowattHour('feed-in', 'surplus', prices.feedIn),
      ...Object.entries(prices.perKilowattHour).map(([name, fee]) =>
        perKilowattHour(`fee-${name}`, 'supply', fee),
      ),
    ]);
  }

  lines(flows: HomeFlows): ChargeLine[] {
    const { startMs, minutes } = this.slot;
    const energies = Object.fromEntries(
      Object.entries(flows).map(([flow, { numerator, denominator }]) => [
        flow,
        Float64Array.of(Number((numerator * 1_000_000n) / denominator)),
      ]),
    ) as Record<EnergyFlow, Float64Array>;
    return chargeLines(this.charges, {
      startMs,
      endMs: startMs + minutes * 60_000,
      resolutionMs: minutes * 60_000,
      timeZone: 'Etc/UTC',
      energies,
    });
  }

  /** All lines and the interval's part of the monthly fee; positive is paid. */
  total(flows: HomeFlows): Fraction {
    return addFractions(
      sumFractions(this.lines(flows).map(({ amount }) => amount)),
      this.monthly(),
    );
  }

  /** Of one charge; earnings are positive. */
  of(flows: HomeFlows, ...charges: readonly string[]): Fraction {
    const amounts = this.lines(flows)
      .filter(({ charge }) =>
        charges.some((name) => charge === name || charge.startsWith(`${name}-`)),
      )
      .map(({ amount }) => amount);
    const sum = sumFractions(amounts);
    return sum.numerator < 0n ? subtractFractions(ZERO, sum) : sum;
  }

  private monthly(): Fraction {
    const fee = numberOf(this.prices.monthly, 'monthly fee');
    return multiplyFractions(fee, fraction(1, this.slot.intervalsOfMonth));
  }
}
