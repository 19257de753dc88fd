import type { DayType } from './day-type.js';
import type { HolidaySet } from './holidays.js';

/** Named periods of a group of days: each holds from its time of day until the next one's. */
export interface CycleDays {
  readonly weekdays: readonly Exclude<DayType, 'holiday'>[];
  /** Whether holidays have these periods, in tariffs that name holidays. */
  readonly holidays?: true;
  /** `[HH:MM, period name]`, the first at 00:00. */
  readonly starts: readonly (readonly [string, string])[];
}

/** A season of a cycle: all year, or one side of the clock change. */
export interface CycleSeason {
  readonly clock?: 'summer' | 'winter';
  readonly days: readonly CycleDays[];
}

/** A regulator's table of named price periods, without prices. */
export interface PeriodCycle {
  readonly name: string;
  /** Names of the periods, dearest first as regulators list them. */
  readonly periods: readonly string[];
  readonly seasons: readonly CycleSeason[];
  /** Holidays that the regulator's table itself names; a tariff may name others. */
  readonly holidays?: HolidaySet;
}

/** Monday to Friday. */
export const WORKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
