import { formatInstant, type EpochMs } from '@microgrid/units';
import { forRuns, type FindingSink } from './finding-sink.js';
import { ABSENT, slotStart, type PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';
import type { ZoneCalendar } from './zone-calendar.js';

const HOUR_MS = 3_600_000;

/** Slots between the first and last row that no row fills. */
export function checkGap(series: PointSeries, sink: FindingSink): void {
  const { quality } = series;
  // A gap is seldom: the search for one is the fast path.
  let at = quality.indexOf(ABSENT);
  while (at >= 0) {
    let to = at;
    while (to < series.slots && quality[to] === ABSENT) to++;
    const count = to - at;
    sink.slots(
      'gap',
      series,
      at,
      to,
      `${count} ${count === 1 ? 'interval is' : 'intervals are'} not there`,
    );
    at = quality.indexOf(ABSENT, to);
  }
}

const endOf = (series: PointSeries): EpochMs => slotStart(series, series.slots);

/**
 * A clock set back repeats an hour: a source that drops the second pass leaves a gap there, one that
 * writes the first pass twice leaves a copy, one that adds both up leaves a doubled hour and a gap.
 */
export function checkClockChange(
  series: PointSeries,
  { timeZone }: RuleOf<'clockChange'>,
  calendar: ZoneCalendar,
  sink: FindingSink,
): void {
  const { resolutionMs, quality, importMilliwattHours, exportMilliwattHours } = series;
  for (const { atMs, minutes } of calendar.changes(timeZone, series.startMs, endOf(series))) {
    if (minutes >= 0 || HOUR_MS % resolutionMs !== 0) continue;
    const perPass = (-minutes * 60_000) / resolutionMs;
    const second = (atMs - series.startMs) / resolutionMs;
    const first = second - perPass;
    if (!Number.isInteger(second) || first < 0 || second + perPass > series.slots) continue;
    const slots = Array.from({ length: perPass }, (_, at) => at);
    const absent = (from: number): boolean =>
      slots.every((at) => (quality[from + at] ?? ABSENT) === ABSENT);
    if (absent(second) || absent(first)) {
      const from = absent(second) ? second : first;
      sink.slots(
        'clockChange',
        series,
        from,
        from + perPass,
        `the hour that ${timeZone} repeats is there once only`,
      );
      continue;
    }
    const same = slots.every(
      (at) =>
        importMilliwattHours[first + at] === importMilliwattHours[second + at] &&
        exportMilliwattHours[first + at] === exportMilliwattHours[second + at],
    );
    const something = slots.some(
      (at) => importMilliwattHours[first + at] !== 0 || exportMilliwattHours[first + at] !== 0,
    );
    if (same && something) {
      sink.slots(
        'clockChange',
        series,
        second,
        second + perPass,
        `both passes of the hour that ${timeZone} repeats are equal: one may be a copy`,
      );
    }
  }
}

function nextAbsent(quality: Uint8Array, from: number): number {
  const at = quality.indexOf(ABSENT, from);
  return at < 0 ? quality.length : at;
}

function countRows(quality: Uint8Array, from: number, to: number): number {
  let rows = 0;
  for (let slot = from; slot < to; slot++) if (quality[slot] !== ABSENT) rows++;
  return rows;
}

/** Whole local days that have not all their intervals (92, 96 or 100 quarter-hours, and so on). */
export function checkDayLength(
  series: PointSeries,
  { timeZone }: RuleOf<'dayLength'>,
  calendar: ZoneCalendar,
  sink: FindingSink,
): void {
  const { startMs, resolutionMs, quality } = series;
  const endMs = endOf(series);
  let absent = nextAbsent(quality, 0);
  for (const day of calendar.days(timeZone, startMs, endMs)) {
    if (day.startMs < startMs || day.endMs > endMs) continue;
    const from = Math.ceil((day.startMs - startMs) / resolutionMs);
    const to = Math.floor((day.endMs - startMs) / resolutionMs);
    // Absent slots are seldom: days between them are not counted one by one.
    if (absent < from) absent = nextAbsent(quality, from);
    const rows = absent >= to ? to - from : countRows(quality, from, to);
    const expected = (day.endMs - day.startMs) / resolutionMs;
    if (rows === expected || rows === 0) continue;
    sink.row(
      'dayLength',
      series,
      day.startMs,
      day.endMs,
      `${rows} intervals on ${day.date}, expected ${expected}`,
    );
  }
}

/** Intervals that end after now. */
export function checkFuture(
  series: PointSeries,
  { toleranceMs }: RuleOf<'future'>,
  nowMs: EpochMs,
  sink: FindingSink,
): void {
  const latestMs = nowMs + toleranceMs;
  if (endOf(series) <= latestMs) return;
  const first = Math.max(
    0,
    Math.ceil((latestMs - series.startMs) / series.resolutionMs + 1e-9) - 1,
  );
  const ends = (slot: number): boolean =>
    series.quality[slot] !== ABSENT && slotStart(series, slot + 1) > latestMs;
  forRuns(
    series.slots - first,
    (at) => ends(first + at),
    (from, to) => {
      sink.slots(
        'future',
        series,
        first + from,
        first + to,
        `ends after ${formatInstant(latestMs)}`,
      );
    },
  );
}
