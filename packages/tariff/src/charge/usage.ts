import type { EpochMs } from '@microgrid/units';
import type { MarketSeriesByName } from '../market/market-series.js';
import type { EnergyFlow } from './charge-base.js';

/** What charges and VAT need to know of a point or member beside its energy. */
export interface UsageFacts {
  /** Id of the metering point. Needed by charges that are levied on some points alone. */
  readonly meteringPoint?: string;
  /** Contracted power in kVA, decimal text. Needed by charges per kVA-day and VAT blocks by power. */
  readonly contractedKilovoltAmperes?: string;
  /** Row of access tariffs, where they do not name one. */
  readonly voltageLevel?: string;
  /** Whether the VAT block of large families holds. Default false. */
  readonly largeFamily?: boolean;
}

/** The intervals of a billing period and the market prices in it. */
export interface BillingPeriod {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
  /** IANA time zone of the community: where its days begin. */
  readonly timeZone: string;
  /** Day-ahead prices by series name. */
  readonly market?: MarketSeriesByName;
}

/** The energy of a point or member by interval. */
export interface IntervalEnergies extends UsageFacts {
  /** Whole mWh of each flow per interval, not negative. A charge on a flow that is not here is an error. */
  readonly energies: Readonly<Partial<Record<EnergyFlow, Float64Array>>>;
}

/** What a point or member used, by interval. */
export interface IntervalUsage extends BillingPeriod, IntervalEnergies {}

/** What the register of a meter counted. */
export interface Register {
  readonly on: EnergyFlow;
  /** Name of the price period it counts in; absent for a register that counts always. */
  readonly period?: string;
  /** kWh, decimal text, not negative. */
  readonly kilowattHours: string;
}

/** What a meter with registers counted over whole days. */
export interface RegisterUsage extends UsageFacts {
  /** First day, and the first day after the last, both `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly registers: readonly Register[];
  /** How many times charges per month are due; default: prorated by days of each month. */
  readonly months?: string;
  readonly market?: MarketSeriesByName;
}

/** What is billed: intervals, or registers over days. */
export type Usage = IntervalUsage | RegisterUsage;
