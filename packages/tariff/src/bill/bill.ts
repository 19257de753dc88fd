import type { Charge } from '../charge/charge.js';
import type { ChargeLine, IntervalUsage } from '../charge/charge-lines.js';
import type { EnergyFlow } from '../charge/charge-base.js';
import type { Fraction } from '../number/fraction.js';
import type { MarketSeriesByName } from '../market/market-series.js';
import type { Rounding } from '../number/rounding.js';
import type { Vat } from './vat.js';

/** What a meter with registers counted over whole days. */
export interface RegisterUsage {
  /** First day, and the first day after the last, both `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  /** kWh by flow and, for tariffs with named periods, by period; decimal text. */
  readonly registers: readonly {
    readonly on: EnergyFlow;
    readonly period?: string;
    readonly kilowattHours: string;
  }[];
  readonly contractedKilovoltAmperes?: string;
  readonly voltageLevel?: string;
  readonly largeFamily?: boolean;
  readonly market?: MarketSeriesByName;
}

/** What is billed: intervals, or registers over days. */
export type Usage = IntervalUsage | RegisterUsage;

/** A part of a line with one VAT rate. */
export interface LineVat {
  /** Percentage, decimal text. */
  readonly percent: string;
  /** Net in this rate and its VAT, exact. */
  readonly net: Fraction;
  readonly vat: Fraction;
}

/** A line of a bill: what a charge comes to, rounded if lines are, and its VAT. */
export interface BillLine extends ChargeLine {
  /** Net after the named rounding points: rounded when lines are, else exact. */
  readonly net: Fraction;
  /** By rate; empty without VAT. */
  readonly vatParts: readonly LineVat[];
}

/** All nets of one VAT and rate. */
export interface VatCategory {
  /** Id of the VAT; absent for what is outside its scope. */
  readonly vat?: string;
  readonly percent?: string;
  readonly net: Fraction;
  readonly vatAmount: Fraction;
}

/** Net, VAT and their sum. */
export interface BillTotal {
  readonly net: Fraction;
  readonly vat: Fraction;
  readonly gross: Fraction;
}

/** A bill with every component exact. Amounts are positive when the member pays. */
export interface Bill {
  readonly lines: readonly BillLine[];
  readonly categories: readonly VatCategory[];
  /** After rounding. */
  readonly total: BillTotal;
  /** Without any rounding of money. */
  readonly exact: BillTotal;
  /** total.gross - exact.gross: what goes to the account `rounding`. */
  readonly roundingDifference: Fraction;
}

/** What {@link bill} is. */
export type BillOf = (
  charges: readonly Charge[],
  vat: readonly Vat[],
  rounding: Rounding,
  usage: Usage,
) => Bill;
