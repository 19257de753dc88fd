import { compareIds, type EpochMs } from '@microgrid/units';
import { startOfLocalDay, type LocalTime } from '@microgrid/units/calendar';
import { LocalClock } from '../local-clock.js';
import { type BetaFile } from './beta-file.js';
import { HOURS_OF_LEAP_YEAR, HOURS_OF_YEAR, isLeapYear } from './beta-year.js';
import type { CoefficientTable } from './coefficient-table.js';

/**
 * What the hours 1 to 8760 of a coefficient file count; the rules leave it open where clocks change.
 * - `wallClock`: the hours the clock shows. The hour that is skipped in spring is never used, the one
 *   that is repeated in autumn is used twice.
 * - `elapsed`: the hours that pass from 00:00 on 1 January.
 */
export type BetaClock = 'wallClock' | 'elapsed';

const HOUR_MS = 3_600_000;
/** Days before 29 February. */
const DAYS_TO_LEAP_DAY = 59;
const SCALE = 6;

/**
 * The coefficients of yearly files over time. A year without a file has the values of the last year
 * before it with one, hour by hour; before the first file nothing holds. In a leap year, a file of 8760
 * hours has for 29 February the hours of the 28th; in another year, a file of 8784 hours leaves out its
 * 29 February.
 */
export function betaTable(
  files: readonly BetaFile[],
  timeZone: string,
  clock: BetaClock = 'wallClock',
): CoefficientTable {
  const ordered = [...files].sort((a, b) => (a.year ?? -1) - (b.year ?? -1));
  const ids = [...new Set(ordered.flatMap(({ cups }) => cups))].sort(compareIds);
  const places = ordered.map(({ cups }) => cups.map((name) => ids.indexOf(name)));
  const offsets: number[] = [];
  let rows = 0;
  for (const { hours } of ordered) {
    offsets.push(rows);
    rows += hours;
  }
  const wall = new LocalClock(timeZone);
  const years = new Map<number, EpochMs>();
  const sinceNewYear = (year: number, ms: EpochMs): number => {
    const startMs = years.get(year) ?? startOfLocalDay(timeZone, newYearOf(year));
    years.set(year, startMs);
    return Math.floor((ms - startMs) / HOUR_MS);
  };
  return {
    ids,
    scale: SCALE,
    rows,
    rowAt(startMs) {
      const local = wall.at(startMs);
      const { year } = local;
      const index = ordered.findLastIndex((file) => (file.year ?? -1) <= year);
      const file = ordered[index];
      if (file === undefined) return -1;
      const elapsed = clock === 'elapsed' ? sinceNewYear(year, startMs) : undefined;
      return (offsets[index] ?? 0) + hourOf(file, local, elapsed);
    },
    row(row) {
      const index = offsets.findLastIndex((offset) => offset <= row);
      const file = ordered[index];
      const out = new Float64Array(ids.length);
      if (file === undefined) return out;
      const from = (row - (offsets[index] ?? 0)) * file.cups.length;
      places[index]?.forEach((place, position) => {
        out[place] = file.millionths[from + position] as number;
      });
      return out;
    },
  };
}

/** Position of a local hour in a file, from 0. @param elapsed hours since New Year, where they count. */
function hourOf({ hours }: BetaFile, local: LocalTime, elapsed: number | undefined): number {
  if (hours === 1) return 0;
  const { year, date, minuteOfDay } = local;
  const hour = elapsed ?? dayOfYear(newYearOf(year), date) * 24 + Math.floor(minuteOfDay / 60);
  const afterFebruary = hour >= DAYS_TO_LEAP_DAY * 24;
  if (hours === HOURS_OF_YEAR && isLeapYear(year) && afterFebruary) return hour - 24;
  if (hours === HOURS_OF_LEAP_YEAR && !isLeapYear(year) && afterFebruary) return hour + 24;
  return hour;
}

function newYearOf(year: number): string {
  return `${String(year).padStart(4, '0')}-01-01`;
}

/** Days from 1 January. */
function dayOfYear(newYear: string, date: string): number {
  return Math.round((Date.parse(date) - Date.parse(newYear)) / 86_400_000);
}
