import { DAY_TYPES } from './day-type.js';
import {
  DAY_MINUTES,
  minuteOf,
  monthDayText,
  timeText,
  YEAR_DAYS,
  yearDayOf,
} from './day-number.js';
import type { DayGroup, PricePeriod, TariffSeason, TimeOfUseTariff } from '../time-of-use.js';

/** A place in a tariff that leaves time without a price or gives it two. */
export interface CoverageProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Every gap, overlap and day that does not exist in a time-of-use tariff. */
export function checkTimeOfUse(tariff: TimeOfUseTariff): CoverageProblem[] {
  return [...checkSeasons(tariff), ...checkDays(tariff)];
}

/** How a tariff's seasons divide the year. */
export type SeasonKind = 'dates' | 'quarters' | 'clock';

const KIND_FIELDS: Readonly<Record<SeasonKind, readonly ('from' | 'to' | 'quarters' | 'clock')[]>> =
  { dates: ['from', 'to'], quarters: ['quarters'], clock: ['clock'] };

/** The kind a season is of; undefined where it has fields of several kinds or not all of one. */
export function seasonKind(season: TariffSeason): SeasonKind | undefined {
  const given = (['from', 'to', 'quarters', 'clock'] as const).filter(
    (field) => season[field] !== undefined,
  );
  return (['dates', 'quarters', 'clock'] as const).find(
    (kind) => given.join() === KIND_FIELDS[kind].join(),
  );
}

function checkSeasons(tariff: TimeOfUseTariff): CoverageProblem[] {
  const problems: CoverageProblem[] = [];
  const ids = new Set<string>();
  const kinds = tariff.seasons.map(seasonKind);
  for (const [index, season] of tariff.seasons.entries()) {
    if (ids.has(season.id)) {
      problems.push({ path: ['seasons', index, 'id'], message: 'an id no other season has' });
    }
    ids.add(season.id);
    if (kinds[index] === undefined) {
      const message = 'either from and to, or quarters, or clock';
      problems.push({ path: ['seasons', index], message });
    } else if (kinds[0] !== undefined && kinds[index] !== kinds[0]) {
      const message = `a season by ${kinds[0]}, as the first one is`;
      problems.push({ path: ['seasons', index], message });
    }
  }
  if (problems.length > 0) return problems;
  if (kinds[0] === 'quarters') return checkParts(tariff, 'quarters', [1, 2, 3, 4]);
  if (kinds[0] === 'clock') return checkParts(tariff, 'clock', ['winter', 'summer']);
  return checkDates(tariff);
}

/** Quarters and clock states: each exactly once. */
function checkParts(
  tariff: TimeOfUseTariff,
  field: 'quarters' | 'clock',
  wanted: readonly (number | string)[],
): CoverageProblem[] {
  const problems: CoverageProblem[] = [];
  const seen = new Set<number | string>();
  for (const [index, season] of tariff.seasons.entries()) {
    for (const part of field === 'quarters' ? (season.quarters ?? []) : [season.clock ?? '']) {
      if (seen.has(part)) {
        const message = `no overlap: ${field} ${part} belongs to one season`;
        problems.push({ path: ['seasons', index, field], message });
      }
      seen.add(part);
    }
  }
  const missing = wanted.filter((part) => !seen.has(part));
  if (missing.length > 0) {
    const message = `seasons for the whole year: none holds in ${field} ${missing.join(', ')}`;
    problems.push({ path: ['seasons'], message });
  }
  return problems;
}

function checkDates(tariff: TimeOfUseTariff): CoverageProblem[] {
  const owner = new Array<string | undefined>(YEAR_DAYS).fill(undefined);
  const problems: CoverageProblem[] = [];
  for (const [index, season] of tariff.seasons.entries()) {
    const from = yearDayOf(season.from ?? '');
    const to = yearDayOf(season.to ?? '');
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
