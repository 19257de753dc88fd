import { DAY_TYPES } from './day-type.js';
import type { DayGroup, PricePeriod, TimeOfUseTariff } from './tariff.js';

/** A place in a tariff that leaves time without a price or gives it two. */
export interface CoverageProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Days in each month of a leap year: 29 February needs a price too. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const YEAR_DAYS = 366;
const DAY_MINUTES = 1440;

/** Minutes after midnight of a time of day written `HH:MM`, 0 to 1440. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** Position of a month and day in a leap year, 0 to 365; -1 for a day that no year has. */
export function dayOfLeapYear(month: number, day: number): number {
  const length = MONTH_DAYS[month - 1];
  if (length === undefined || day < 1 || day > length) return -1;
  return MONTH_DAYS.slice(0, month - 1).reduce((sum, days) => sum + days, 0) + day - 1;
}

/** {@link dayOfLeapYear} of a text `MM-DD`. */
export function yearDayOf(monthDay: string): number {
  return dayOfLeapYear(Number(monthDay.slice(0, 2)), Number(monthDay.slice(3, 5)));
}

function monthDayText(yearDay: number): string {
  let rest = yearDay;
  let month = 0;
  while (rest >= (MONTH_DAYS[month] ?? 0)) {
    rest -= MONTH_DAYS[month] ?? 0;
    month++;
  }
  return `${pad(month + 1)}-${pad(rest + 1)}`;
}

function timeText(minute: number): string {
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** Every gap, overlap and day that does not exist in a time-of-use tariff. */
export function checkTimeOfUse(tariff: TimeOfUseTariff): CoverageProblem[] {
  return [...checkSeasons(tariff), ...checkHolidays(tariff), ...checkDays(tariff)];
}

function checkSeasons(tariff: TimeOfUseTariff): CoverageProblem[] {
  const owner = new Array<string | undefined>(YEAR_DAYS).fill(undefined);
  const problems: CoverageProblem[] = [];
  const ids = new Set<string>();
  for (const [index, season] of tariff.seasons.entries()) {
    if (ids.has(season.id)) {
      problems.push({ path: ['seasons', index, 'id'], message: 'an id no other season has' });
    }
    ids.add(season.id);
    const from = yearDayOf(season.from);
    const to = yearDayOf(season.to);
    for (const [field, day] of [
      ['from', from],
      ['to', to],
    ] as const) {
      if (day >= 0) continue;
      problems.push({ path: ['seasons', index, field], message: 'a day of the year that exists' });
    }
    if (from < 0 || to < 0) continue;
    const length = ((to - from + YEAR_DAYS) % YEAR_DAYS) + 1;
    const taken = Array.from({ length }, (_, step) => (from + step) % YEAR_DAYS);
    const overlap = taken.find((day) => owner[day] !== undefined);
    if (overlap !== undefined) {
      const message = `no overlap with season ${owner[overlap] ?? ''}: both hold on ${monthDayText(overlap)}`;
      problems.push({ path: ['seasons', index], message });
    }
    for (const day of taken) owner[day] = season.id;
  }
  if (problems.length > 0) return problems;
  const gap = owner.indexOf(undefined);
  if (gap === -1) return [];
  let end = gap;
  while (end + 1 < YEAR_DAYS && owner[end + 1] === undefined) end++;
  const message = `seasons for the whole year: none holds from ${monthDayText(gap)} to ${monthDayText(end)}`;
  return [{ path: ['seasons'], message }];
}

function checkHolidays(tariff: TimeOfUseTariff): CoverageProblem[] {
  return (tariff.holidays ?? []).flatMap((date, index) => {
    const leap = new Date(`${date}T00:00:00Z`);
    // Date rolls 30 February over into March: printing it back shows whether it did.
    const exists = !Number.isNaN(leap.getTime()) && leap.toISOString().startsWith(date);
    return exists ? [] : [{ path: ['holidays', index], message: 'a date that exists' }];
  });
}

function checkDays(tariff: TimeOfUseTariff): CoverageProblem[] {
  const wanted = DAY_TYPES.filter((type) => type !== 'holiday' || tariff.holidays !== undefined);
  return tariff.seasons.flatMap((season, seasonIndex) => {
    const path = ['seasons', seasonIndex, 'days'];
    const problems: CoverageProblem[] = [];
    const seen = new Set<string>();
    for (const [index, group] of season.days.entries()) {
      for (const [position, type] of group.weekdays.entries()) {
        const where = [...path, index, 'weekdays', position];
        if (seen.has(type)) {
          problems.push({ path: where, message: `each day type once in season ${season.id}` });
        } else if (type === 'holiday' && tariff.holidays === undefined) {
          problems.push({ path: where, message: 'a list of holidays beside the seasons' });
        }
        seen.add(type);
      }
      problems.push(...checkPeriods(group, [...path, index, 'periods']));
    }
    const missing = wanted.filter((type) => !seen.has(type));
    if (missing.length > 0) {
      const message = `prices for every day type in season ${season.id}: none for ${missing.join(', ')}`;
      problems.push({ path, message });
    }
    return problems;
  });
}

function checkPeriods(group: DayGroup, path: (string | number)[]): CoverageProblem[] {
  const problems: CoverageProblem[] = [];
  const order = group.periods
    .map((period, index) => ({ period, index }))
    .sort((a, b) => minuteOf(a.period.from) - minuteOf(b.period.from) || a.index - b.index);
  let reached = 0;
  for (const { period, index } of order) {
    const from = minuteOf(period.from);
    const to = minuteOf(period.to);
    const where = [...path, index];
    if (from >= to) {
      problems.push({ path: where, message: emptyPeriod(period) });
      continue;
    }
    if (from > reached) {
      const message = `no gap: no period holds from ${timeText(reached)} to ${timeText(from)}`;
      problems.push({ path, message });
    } else if (from < reached) {
      const end = timeText(Math.min(reached, to));
      const message = `no overlap: two periods hold from ${period.from} to ${end}`;
      problems.push({ path: where, message });
    }
    reached = Math.max(reached, to);
  }
  if (reached < DAY_MINUTES && problems.length === 0) {
    const message = `no gap: no period holds from ${timeText(reached)} to 24:00`;
    problems.push({ path, message });
  }
  return problems;
}

function emptyPeriod(period: PricePeriod): string {
  return `from before to (${period.from} to ${period.to}); split a period at midnight, which is 24:00 as its end`;
}
