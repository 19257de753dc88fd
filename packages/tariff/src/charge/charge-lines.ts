import type { EpochMs } from '@microgrid/units';
import type { Charge } from './charge.js';
import type { ChargeBase, EnergyFlow } from './charge-base.js';
import type { Fraction } from '../number/fraction.js';
import type { MarketSeriesByName } from '../market/market-series.js';

/** What a point or member used, by interval. */
export interface IntervalUsage {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
  /** IANA time zone of the community: where its days begin. */
  readonly timeZone: string;
  /** Whole mWh of each flow per interval, not negative. A charge on a flow that is not here is an error. */
  readonly energies: Readonly<Partial<Record<EnergyFlow, Float64Array>>>;
  /** Contracted power, decimal text. Needed by charges per kVA-day and VAT blocks. */
  readonly contractedKilovoltAmperes?: string;
  /** Row of access tariffs, where they do not name one. */
  readonly voltageLevel?: string;
  /** Whether the VAT block of large families holds. Default false. */
  readonly largeFamily?: boolean;
  readonly market?: MarketSeriesByName;
}

/** What one charge comes to over a period, exactly. */
export interface ChargeLine {
  /** Id of the charge. */
  readonly charge: string;
  readonly on: ChargeBase;
  readonly payTo: string;
  /** Name of the price period (peak, off-peak ...), where the rate names its periods. */
  readonly period?: string;
  /** Unit of the quantity; `currency` for percentages, whose quantity is their base. */
  readonly unit: 'kWh' | 'kVA-day' | 'day' | 'month' | 'currency';
  readonly quantity: Fraction;
  /** Currency per unit; absent where it changes from interval to interval, as day-ahead prices do. */
  readonly price?: Fraction;
  /** Exact amount in currency units: positive is paid by the member, negative to the member. */
  readonly amount: Fraction;
  /** Id of the VAT, absent where there is none. */
  readonly vat?: string;
}

/** What {@link chargeLines} is. */
export type ChargeLines = (charges: readonly Charge[], usage: IntervalUsage) => ChargeLine[];
