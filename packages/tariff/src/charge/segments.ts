import type { EpochMs } from '@microgrid/units';
import { localDays, startOfLocalDay } from '@microgrid/units/calendar';
import { addFractions, fraction, ZERO, type Fraction } from '../number/fraction.js';

/** A period on a time zone's calendar. */
export interface Period {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly timeZone: string;
}

/** Part of a period in which no charge and no VAT rate changes. */
export interface Segment {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Local days, whatever their length; a cut day counts by the part of its own length. */
  readonly days: Fraction;
  /** Calendar months: each local day is 1/28 to 1/31 of its month. */
  readonly months: Fraction;
}

/** Splits a period at the local midnights that begin the dates. */
export function segmentsOf(period: Period, dates: Iterable<string>): Segment[] {
  const { startMs, endMs, timeZone } = period;
  const borders = new Set([startMs, endMs]);
  for (const date of dates) {
    const ms = startOfLocalDay(timeZone, date);
    if (ms > startMs && ms < endMs) borders.add(ms);
  }
  const order = [...borders].sort((a, b) => a - b);
  return order.slice(1).map((to, position) => measure(order[position] ?? startMs, to, timeZone));
}

function measure(startMs: EpochMs, endMs: EpochMs, timeZone: string): Segment {
  let days = ZERO;
  let months = ZERO;
  let whole = 0;
  let month = '';
  const flush = (): void => {
    if (whole > 0) months = addFractions(months, fraction(whole, daysInMonth(month)));
    days = addFractions(days, fraction(whole));
    whole = 0;
  };
  for (const day of localDays(timeZone, startMs, endMs)) {
    const overlap = Math.min(day.endMs, endMs) - Math.max(day.startMs, startMs);
    if (day.date.slice(0, 7) !== month) flush();
    month = day.date.slice(0, 7);
    if (overlap === day.endMs - day.startMs) {
      whole++;
      continue;
    }
    const part = fraction(overlap, day.endMs - day.startMs);
    days = addFractions(days, part);
    months = addFractions(
      months,
      fraction(part.numerator, part.denominator * BigInt(daysInMonth(month))),
    );
  }
  flush();
  return { startMs, endMs, days, months };
}

/** Days of the month of a text `YYYY-MM`. */
function daysInMonth(month: string): number {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate();
}
